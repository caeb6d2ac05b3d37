"""The signatures of a journey as they are shown wherever its record is: name, time and meaning."""

from collections.abc import Sequence
from typing import Any

from desk.cli.output import moment, table
from models.signed import Shown


def as_json(signatures: Sequence[Shown]) -> list[dict[str, Any]]:
    """The same for programs."""
    return [
        {
            "printed_name": one.printed_name,
            "account": one.account,
            "role": one.role,
            "meaning": one.meaning,
            "signed_at": one.signed_at,
            "version": one.version,
            "hash": one.hash.hex(),
            "methods": one.methods,
            "event": one.seq,
            "void": one.void,
        }
        for one in signatures
    ]


def show(signatures: Sequence[Shown]) -> None:
    """The same for people."""
    if signatures:
        columns = ("Signed by", "Meaning", "At (UTC)", "Record version", "Event", "Stands")
        table("\nSignatures", columns, [_row(one) for one in signatures])


def _row(one: Shown) -> tuple[str, ...]:
    who = f"{one.printed_name} ({one.account}, {one.role})"
    event = f"#{one.seq}" if one.seq else "not used"
    stands = f"VOID: {one.void}" if one.void else "yes"
    record = f"{one.version} ({one.hash.hex()[:12]})"
    return who, one.meaning, moment(one.signed_at, seconds=True), record, event, stands
