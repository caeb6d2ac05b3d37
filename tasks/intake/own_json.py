"""Referrals in our own JSON: one object, or a list of them, as `schema()` publishes it."""

from typing import Any

from atmpflow.errors import Refused
from atmpflow.referral import Referral
from tasks.intake.refusals import Place, read_form
from tasks.intake.result import Piece
from tasks.intake.text import too_many


def schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of one referral."""
    return Referral.model_json_schema()


def read_json(value: Any) -> tuple[Piece, ...]:
    """Each referral of a JSON value; one that is wrong does not stop the others."""
    if not isinstance(value, list):
        return (_read(value, "referral", ""),)
    if not value:
        message = "The list holds no referral."
        return (Piece("file", (Refused("file-empty", "", message, "Send at least one."),)),)
    if (refused := too_many(len(value))) is not None:
        return (Piece("file", (refused,)),)
    return tuple(
        _read(item, f"referral {number}", f"[{number - 1}]")
        for number, item in enumerate(value, start=1)
    )


def _read(item: Any, where: str, prefix: str) -> Piece:
    if not isinstance(item, dict):
        message = "A referral is a JSON object with named fields."
        return Piece(
            where, (Refused("json-not-a-referral", prefix, message, "See the JSON Schema."),)
        )

    def at(path: Place) -> str:
        return ".".join((prefix, *path)) if prefix else ".".join(path)

    return Piece(where, read_form(item, at=at))
