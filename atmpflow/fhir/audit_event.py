"""AuditEvent: the ledger line by line: who, in which role, when it happened and was recorded."""

from collections.abc import Iterator

from atmpflow.fhir import systems
from atmpflow.fhir.elements import Element, account, coding, moment, period, role
from atmpflow.fhir.telling import Telling, Told
from atmpflow.journey import Recorded

TYPE = coding(systems.DICOM, "110100", "Application Activity")
PERSON = coding(systems.ENTITY_TYPE, "1", "Person")
PATIENT = coding(systems.ENTITY_ROLE, "1", "Patient")
THING = coding(systems.ENTITY_TYPE, "2", "System Object")
RECORD = coding(systems.ENTITY_ROLE, "4", "Domain Resource")
SOURCE: Element = {"observer": {"type": "Device", "display": "atmpflow"}}


def tell(telling: Telling) -> Iterator[Told]:
    """One for each event of the ledger; what an event says is in the other resources."""
    for row in telling.facts.history:
        yield _one(telling, row)


def _one(telling: Telling, row: Recorded) -> Told:
    elements = {
        "type": TYPE,
        "subtype": [coding(systems.EVENT, row.event.name)],
        "action": "C" if row.seq == 1 else "U",
        "period": period(row.occurred_at, row.occurred_at),
        "recorded": moment(telling.recorded_at(row)),
        "outcome": "0",
        "agent": [{"role": [role(row.actor)], "who": account(row.actor), "requestor": True}],
        "source": SOURCE,
        "entity": [
            {"what": telling.patient, "type": PERSON, "role": PATIENT},
            {
                "what": telling.request,
                "type": THING,
                "role": RECORD,
                "detail": _place(telling, row),
            },
        ],
    }
    return telling.made("AuditEvent", (row.seq,), elements)


def _place(telling: Telling, row: Recorded) -> list[Element]:
    """Where in the ledger it stands, so that a receiver can hold it against an anchor."""
    entry = telling.entries.get(row.seq)
    hashed = [{"type": "sha-256", "valueString": entry.hash}] if entry else []
    return [{"type": "number", "valueString": str(row.seq)}, *hashed]
