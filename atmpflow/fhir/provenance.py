"""Provenance: for each event that a resource tells of, who brought it about, and when."""

from collections.abc import Iterable, Iterator

from atmpflow.fhir import systems
from atmpflow.fhir.elements import (
    Element,
    account,
    coding,
    concept,
    extension,
    identifier,
    moment,
    role,
)
from atmpflow.fhir.telling import Signature, Telling, Told
from atmpflow.journey import Recorded

AUTHOR = concept("author", coding(systems.PARTICIPATION, "AUT"))


def tell(telling: Telling, told: Iterable[Told]) -> Iterator[Told]:
    """One for each event of the ledger that any resource tells of, with all that it made.

    What was signed is told of in any case, with its signatures (21 CFR 11.50).
    """
    targets: dict[int, list[Element]] = {}
    for one in told:
        for number in dict.fromkeys(one.events):
            targets.setdefault(number, []).append(one.reference)
    for row in telling.facts.history:
        if row.seq in targets or row.seq in telling.signatures:
            yield _one(telling, row, targets.get(row.seq, [telling.request]))


def _one(telling: Telling, row: Recorded, targets: list[Element]) -> Told:
    elements = {
        "target": targets,
        "occurredDateTime": moment(row.occurred_at),
        "recorded": moment(telling.recorded_at(row)),
        "activity": concept(row.event.name, coding(systems.EVENT, row.event.name)),
        "agent": [{"type": AUTHOR, "role": [role(row.actor)], "who": account(row.actor)}],
        "signature": [_signature(one) for one in telling.signatures.get(row.seq, ())],
    }
    return telling.made("Provenance", (row.seq,), elements)


def _signature(one: Signature) -> Element:
    """Printed name, time and meaning; which version of the record; and whether it still stands."""
    about = [extension("signed-version", valueInteger=one.version)]
    if one.void:
        about.append(extension("signature-void", valueString=one.void))
    return {
        "extension": about,
        "type": [coding(systems.MEANING, one.meaning)],
        "when": moment(one.signed_at),
        "who": {
            "identifier": identifier(systems.ACCOUNT, one.account),
            "display": one.printed_name,
        },
    }
