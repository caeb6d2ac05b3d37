"""Provenance: for each event that a resource tells of, who brought it about, and when."""

from collections.abc import Iterable, Iterator

from atmpflow.fhir import systems
from atmpflow.fhir.elements import Element, account, coding, concept, moment, role
from atmpflow.fhir.telling import Telling, Told
from atmpflow.journey import Recorded

AUTHOR = concept("author", coding(systems.PARTICIPATION, "AUT"))


def tell(telling: Telling, told: Iterable[Told]) -> Iterator[Told]:
    """One for each event of the ledger that any resource tells of, with all that it made."""
    targets: dict[int, list[Element]] = {}
    for one in told:
        for number in dict.fromkeys(one.events):
            targets.setdefault(number, []).append(one.reference)
    for row in telling.facts.history:
        if row.seq in targets:
            yield _one(telling, row, targets[row.seq])


def _one(telling: Telling, row: Recorded, targets: list[Element]) -> Told:
    elements = {
        "target": targets,
        "occurredDateTime": moment(row.occurred_at),
        "recorded": moment(telling.recorded_at(row)),
        "activity": concept(row.event.name, coding(systems.EVENT, row.event.name)),
        "agent": [{"type": AUTHOR, "role": [role(row.actor)], "who": account(row.actor)}],
    }
    return telling.made("Provenance", (row.seq,), elements)
