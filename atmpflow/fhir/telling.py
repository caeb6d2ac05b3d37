"""What an export tells of: a journey's facts, when each was recorded, and perhaps the patient."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from atmpflow.fhir.elements import Element, id_of, present, reference
from atmpflow.journey import Facts, Recorded
from atmpflow.message import Event
from atmpflow.referral import PatientIdentity

E = TypeVar("E", bound=Event)


@dataclass(frozen=True, slots=True)
class Entry:
    """What the ledger says beside an event: when it was recorded, and the hash that seals it."""

    recorded_at: datetime
    hash: str


@dataclass(frozen=True, slots=True)
class Signature:
    """Who signed an event, as printed; `void` says why it stands for nothing any more."""

    printed_name: str
    account: str
    meaning: str
    signed_at: datetime
    version: int
    void: str | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """One resource, and the numbers of the events that it tells of."""

    resource: Element
    events: tuple[int, ...] = ()

    @property
    def reference(self) -> Element:
        return reference(self.resource["resourceType"], self.resource["id"])


@dataclass(frozen=True, slots=True)
class Telling:
    """One journey to be told. Without an identity the export is pseudonymised."""

    facts: Facts
    entries: Mapping[int, Entry] = field(default_factory=dict[int, Entry])
    identity: PatientIdentity | None = None
    signatures: Mapping[int, Sequence[Signature]] = field(
        default_factory=dict[int, Sequence[Signature]]
    )
    """By the number of the event that each counted for."""

    def id(self, kind: str, *key: object) -> str:
        return id_of(kind, self.facts.journey, *key)

    def to(self, kind: str, *key: object) -> Element:
        """A reference to a resource of this journey."""
        return reference(kind, self.id(kind, *key))

    def made(self, kind: str, key: tuple[object, ...], elements: Element, *rows: Recorded) -> Told:
        """A resource of this journey, told of by these events."""
        resource = {"resourceType": kind, "id": self.id(kind, *key), **present(elements)}
        return Told(resource, tuple(row.seq for row in rows))

    @property
    def patient(self) -> Element:
        return self.to("Patient")

    @property
    def request(self) -> Element:
        return self.to("ServiceRequest")

    def recorded_at(self, row: Recorded) -> datetime:
        entry = self.entries.get(row.seq)
        return entry.recorded_at if entry else row.occurred_at

    def ever(self, kind: type[E]) -> tuple[tuple[Recorded, E], ...]:
        """Every event of a kind, in all attempts."""
        return self.facts.ever(kind)

    def next_after(self, row: Recorded, *kinds: type[Any]) -> Recorded | None:
        """The first event of these kinds after another, in whichever attempt."""
        found = (one for one in self.facts.history if one.seq > row.seq)
        return next((one for one in found if isinstance(one.event, kinds)), None)

    def follows(self, row: Recorded, kind: type[Any]) -> Recorded | None:
        """The first event of a kind after another and before the next of that other's own kind."""
        found = self.next_after(row, kind)
        again = self.next_after(row, type(row.event))
        return None if found is None or (again and again.seq < found.seq) else found

    def counts(self, row: Recorded) -> bool:
        """Whether an event is of the present attempt."""
        return row.seq not in self.facts.superseded
