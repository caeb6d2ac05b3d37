"""Parts that rules and more than one query make: who touched it, what they lacked, the trace."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from models.inspection.acting import Lacking, Person
from models.inspection.part import Column, Part, Table
from models.trace import Link

PEOPLE = Part(
    name="people",
    title="Everybody who touched it, and their training when they did",
    says="By journey, account and role. Training is looked at as of the moment when something"
    " happened, the appointment as of the moment when it was recorded.",
    of="journeys",
    empty="Nobody has done anything.",
    columns=(
        Column(27, "Who", "[{printed_name}, ]{account}[, {organisation}]"),
        Column(15, "Role", "{role}"),
        Column(21, "Did", "{did}"),
        Column(13, "First, last (UTC)", "{first_at} to {last_at}"),
        Column(24, "Training; appointment", "{training}[; {appointment}]"),
    ),
    query="",
)
LACKING = Part(
    name="lacking",
    title="Done without training, appointment or account",
    says="Each deed that lacked what it needed at the time.",
    of="journeys",
    empty="Nothing: everybody was trained and appointed for what they did, when they did it.",
    columns=(
        Column(20, "Who", "{account}[, {role}]"),
        Column(24, "What", "{what}"),
        Column(8, "Event", "{event}"),
        Column(18, "Happened (UTC)", "{happened_at}"),
        Column(30, "Lacks", "{lacks}"),
    ),
    query="",
)
TRACE = Part(
    name="trace",
    title="From donor to patient and back",
    says="Every step that is on record, both ways (Reg. (EC) 1394/2007 Art. 15; HTA: kept for 30"
    " years). Donors and patients under opaque ids.",
    of="summary",
    empty="Nothing was collected, made or supplied yet.",
    columns=(
        Column(10, "From", "{from}"),
        Column(28, "", "{from_id}"),
        Column(10, "To", "{to}"),
        Column(28, "", "{to_id}"),
        Column(16, "Journey", "{coi}"),
        Column(12, "Given (UTC)", "{given}[, {given_at}]"),
    ),
    query="",
)
DERIVED = (TRACE, PEOPLE, LACKING)

_PEOPLE = (
    "coi", "account", "printed_name", "organisation", "state", "role", "did", "first_at", "last_at",
    "acts", "acts_that_need_training", "acts_without_training", "acts_without_appointment",
    "training", "appointment",
)  # fmt: skip
_LACKING = ("coi", "account", "role", "what", "event", "happened_at", "recorded_at", "lacks")
_TRACE = ("from", "from_id", "to", "to_id", "coi", "product", "given", "given_at")

WAY = (
    ("donor", "unit"),
    ("donation", "unit"),
    ("unit", "batch"),
    ("vector", "batch"),
    ("reagent", "batch"),
    ("medium", "batch"),
    ("disposable", "batch"),
    ("batch", "unit"),
    ("shipper", "unit"),
    ("unit", "patient"),
)
"""Steps from a donor to a patient, in turn."""

SAID = {
    "training": "no valid training for the product at that moment",
    "appointment": "no appointment or delegation in force when it was recorded",
    "account": "no account of this name is on record here",
}
DID = {
    "event": "recorded {} event(s)",
    "refused": "was refused {} command(s)",
    "signature": "signed {} time(s)",
    "review": "reviewed the audit trail {} time(s)",
    "print": "printed {} label(s)",
}


@dataclass(frozen=True, slots=True)
class Acted:
    """Everybody who touched the journeys, and who they are."""

    people: Sequence[Person]
    names: Mapping[str, Sequence[Any]]

    @property
    def accounts(self) -> list[str]:
        return sorted({one.account for one in self.people})

    @property
    def in_roles(self) -> list[tuple[str, str]]:
        """Who acted in which role."""
        return sorted({(one.account, one.role) for one in self.people if one.role})


def people(acted: Acted) -> Table:
    """One row for each account in each role in each journey."""
    return Table(_PEOPLE, (_person(one, acted.names.get(one.account)) for one in acted.people))


def _person(one: Person, who: Sequence[Any] | None) -> tuple[Any, ...]:
    lacks = Counter(lacking.lacks for lacking in one.lacking)
    name, organisation, state = who or (None, None, None)
    events = one.did["event"]
    return (
        one.coi, one.account, name, organisation, state, one.role or "named", _did(one),
        one.first_at, one.last_at, events, one.needed_training, lacks["training"],
        lacks["appointment"], _training(one, lacks), _appointment(one, lacks, events),
    )  # fmt: skip


def _did(one: Person) -> str:
    said = [words.format(one.did[kind]) for kind, words in DID.items() if one.did[kind]]
    return ", ".join([*said, *one.named])


def _training(one: Person, lacks: Counter[str]) -> str:
    if one.role == "system":
        return "the engine: needs none"
    if lacks["account"]:
        return "NO ACCOUNT of this name is on record here, so no training either"
    if lacks["training"]:
        return f"NO VALID TRAINING at {lacks['training']} of {one.needed_training}"
    if one.needed_training:
        return f"valid at all {one.needed_training} that need it"
    return "none needed for this"


def _appointment(one: Person, lacks: Counter[str], events: int) -> str:
    if one.role == "system" or lacks["account"] or not events:
        return "" if lacks["account"] else "none needed for this"
    if lacks["appointment"]:
        return f"NOT APPOINTED at {lacks['appointment']} of {events}"
    return f"in force at all {events}"


def lacking(acted: Acted) -> Table:
    """One row for each deed that lacked something."""
    found = (one for person in acted.people for one in person.lacking)
    return Table(_LACKING, (_lacking(one) for one in found))


def _lacking(one: Lacking) -> tuple[Any, ...]:
    done = one.done
    moments = (done.happened_at, done.recorded_at)
    return done.coi, done.account, done.role, done.what, done.seq, *moments, SAID[one.lacks]


def links(found: Iterable[Link]) -> Table:
    """The trace as a table."""
    return Table(_TRACE, _links(found))


def _links(found: Iterable[Link]) -> Iterator[tuple[Any, ...]]:
    for one in sorted(found, key=_place):
        ends = (one.parent_kind, one.parent, one.child_kind, one.child)
        given = None if one.child_kind != "patient" else "given" if one.given_at else "NOT GIVEN"
        yield *ends, one.coi, one.product, given, one.given_at


def _place(one: Link) -> tuple[str, int, str, str]:
    """In the order of the way: from the donor by way of material, batch and product."""
    ends = (one.parent_kind, one.child_kind)
    step = WAY.index(ends) if ends in WAY else len(WAY)
    return one.coi or "", step, one.parent, one.child
