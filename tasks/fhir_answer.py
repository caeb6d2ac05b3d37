"""What a system that sent FHIR is answered: an OperationOutcome that says where and what."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Engine

from atmpflow.errors import Refused
from atmpflow.fhir.elements import Element
from atmpflow.fhir.operation_outcome import Issue, issue_of, operation_outcome
from models.database import transaction
from tasks.intake.fhir_conformity import nonconformities
from tasks.intake.json_text import json_of
from tasks.intake.text import text_of
from tasks.open import Opened


def answered(engine: Engine, content: bytes, answers: Iterable[Opened]) -> Element:
    """What became of a message, as an OperationOutcome.

    Where it was refused, also every place where it breaks R4, whether that was the reason or not;
    where it was accepted all the same, these are warnings.
    """
    told, root = tuple(answers), root_of(content)
    return operation_outcome([*issues(content, told), *_opened(engine, told, root)])


def issues(content: bytes, answers: Sequence[Opened]) -> list[Issue]:
    """What is wrong with a message, each thing once."""
    root = root_of(content)
    accepted = all(one.answer for one in answers)
    severity = "warning" if accepted else "error"
    found = [issue_of(one, root, severity) for one in breaks_r4(content)]
    places = {(one.code, one.place) for one in found}
    refused = (issue_of(one, root) for answer in answers for one in answer.refused)
    return [*found, *(one for one in refused if (one.code, one.place) not in places)]


def breaks_r4(content: bytes) -> tuple[Refused, ...]:
    """Every place where a FHIR resource breaks R4; none for what is no FHIR at all."""
    sent, root = _sent(content)
    return nonconformities(sent) if root else ()


def root_of(content: bytes) -> str | None:
    """The type of the FHIR resource that was sent; none where it is no FHIR in JSON."""
    return _sent(content)[1]


def _sent(content: bytes) -> tuple[Any, str | None]:
    try:
        value = json_of(text_of(content))
    except Refused:
        return None, None
    kind = value.get("resourceType") if isinstance(value, dict) else None
    # The name is repeated in the answer, so it must be one of a resource and nothing else.
    return value, kind if isinstance(kind, str) and kind.isalpha() and len(kind) < 40 else None


def _opened(engine: Engine, told: Iterable[Opened], root: str | None) -> Iterator[Issue]:
    for one in told:
        if one.answer is None:
            continue
        again = "open since before" if one.answer.repeated else "opened"
        text = f"The journey is {again}: {_coi(engine, one.answer.journey)}."
        advice = "Quote this chain-of-identity id in every message about the journey."
        yield Issue("referral-accepted", text, advice, one.where, root, "information")


def _coi(engine: Engine, journey: UUID) -> str:
    with transaction(engine) as connection:
        row: Any = connection.execute(
            "SELECT coi FROM journey WHERE id = %s", (journey,)
        ).fetchone()
    return row[0]
