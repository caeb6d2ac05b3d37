"""The oracle: which requests must be refused, what may come of the others, and what must be then.

It knows the law and the ledger; it shares no code with the engine.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from tests.machine.known import Known, Row, label_said, moment
from tests.machine.law import ANY, LAWS

SKEW = timedelta(minutes=5)
READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1"})
DOSED = {"administer-dose", "prescribe-dose", "check-identity"}
BEGIN = {"record-collection", "complete-manufacture", "confirm-order", "allocate-unit"}
"""Commands that bring units into the world."""
STOPPED = {("label.mismatched",), ("identity.mismatched",)}


@dataclass(frozen=True)
class Asked:
    """A request in plain values: what is asked of which journey, by whom, under which key."""

    name: str
    said: dict[str, Any]
    """The command as JSON."""
    actor: str
    role: str
    key: str
    journey: UUID
    expected: int | None

    @property
    def at(self) -> datetime:
        return moment(self.said["occurred_at"])

    @property
    def content(self) -> tuple[str, str]:
        return self.name, repr(sorted(self.said.items()))


@dataclass
class Answered:
    """What came of a request the first time."""

    asked: Asked
    version: int


@dataclass
class Oracle:
    """Everything that is known of all journeys, and every answer that was given."""

    journeys: dict[UUID, Known] = field(default_factory=dict)
    answers: dict[str, Answered] = field(default_factory=dict)
    products: frozenset[str] = frozenset()

    def read(self, row: Row) -> None:
        """One more row of any journey's ledger."""
        if row.name == "referral.received":
            assert row.journey not in self.journeys, "a journey began twice"
            said = row.said
            self.journeys[row.journey] = Known(
                row.journey, said["person"], said["product"], said["coi"]
            )
        self.journeys[row.journey].read(row)

    def repeats(self, asked: Asked) -> Answered | None:
        """The first answer, where this is the same request again."""
        first = self.answers.get(asked.key)
        same = first is not None and (first.asked.journey, first.asked.content) == (
            asked.journey,
            asked.content,
        )
        return first if same else None

    def against(self, asked: Asked, now: datetime) -> list[str]:
        """Every reason why this must be refused; none: it may be refused or not."""
        law = LAWS.get(asked.name)
        if asked.key in self.answers:
            return ["its key was used for something else"]
        found = [] if law is None else list(self._who_and_when(asked, now))
        known = self.journeys.get(asked.journey)
        if asked.name == "refer":
            return found + list(self._referral(asked))
        if known is None:
            return [*found, "there is no such journey"]
        found += _course(asked, known)
        return found + [reason for reason in _content(asked, known, self) if reason]

    def _who_and_when(self, asked: Asked, now: datetime) -> Iterator[str]:
        if asked.role not in LAWS[asked.name].roles:
            yield f"{asked.role} may not"
        if asked.at > now + SKEW:
            yield "it has not happened yet"

    def _referral(self, asked: Asked) -> Iterator[str]:
        if asked.journey in self.journeys:
            yield "this journey has begun"
        for known in self.journeys.values():
            same = (known.person, known.product) == (asked.said["person"], asked.said["product"])
            if same and known.ended is None:
                yield "this patient has an open journey for this product"
        if asked.said["product"] not in self.products:
            yield "there is no such product"

    def judge(self, asked: Asked, rows: list[Row]) -> None:
        """What an accepted request brought, before it is read. Raises AssertionError."""
        law, names = LAWS.get(asked.name), tuple(row.name for row in rows)
        for row in rows:
            assert row.journey == asked.journey, f"{asked.name} changed another journey"
            assert (row.actor, row.role, row.at) == (asked.actor, asked.role, asked.at), row.name
        if law is None:
            return
        assert names in law.brings, f"{asked.name} brought {names}"
        known = self.journeys.get(asked.journey)
        if known is not None:
            _scans(asked, known, names)
            _together(asked, known, rows)


def _course(asked: Asked, known: Known) -> Iterator[str]:
    """What stage, hold, end and version say against it."""
    law = LAWS.get(asked.name)
    if asked.expected not in (None, known.version):
        yield "the journey has changed since"
    if law is None or known.strange:
        return
    if known.ended and not law.ended:
        yield "the journey has ended"
    if known.held and not law.held:
        yield "the journey is on hold"
    if law.after == ANY:
        return
    if known.place not in law.after and not known.ended:
        yield f"not after {known.place}"
    if known.since is not None and asked.at < known.since:
        yield "earlier than the step before"


def read_as(text: str) -> str:
    """A chain-of-identity id as it is compared, whatever its case, spaces and hyphens."""
    plain = "".join(letter for letter in text.upper() if letter.isalnum())
    return plain[:3] + plain[3:].translate(READ_AS)


def _right(asked: Asked, known: Known) -> bool:
    """Whether everything that was scanned is this journey's."""
    said = asked.said
    labels = [said[name] for name in ("scanned_coi", "scanned_patient") if name in said]
    unit = said.get("scanned_unit")
    return all(read_as(one) == read_as(known.coi) for one in labels) and (
        unit is None or unit in known.units
    )


def _content(asked: Asked, known: Known, oracle: Oracle) -> Iterator[str]:
    """What the fields themselves say against it."""
    if asked.name in DOSED and _right(asked, known) and asked.said["dose"] != known.due:
        yield f"dose {known.due} is due"
    by_name = {
        "administer-dose": _giving,
        "certify-batch": _judging,
        "reject-batch": _judging,
        "lift-hold": _lifting,
        "relabel-unit": _label,
        "fulfil-duty": _fulfilling,
    }.get(asked.name)
    if by_name is not None:
        yield from by_name(asked, known)
    yield from _born(asked, known, oracle)


def _judging(asked: Asked, known: Known) -> Iterator[str]:
    if asked.actor in known.hands:
        yield "a hand in the batch"
    if asked.said["batch"] != known.batch:
        yield "another batch"


def _lifting(asked: Asked, known: Known) -> Iterator[str]:
    if not known.held:
        yield "nothing is held"
    if asked.actor in known.agreed:
        yield "the same person agrees twice"


def _fulfilling(asked: Asked, known: Known) -> Iterator[str]:
    if asked.said["duty"] in known.fulfilled:
        yield "fulfilled before"


def _born(asked: Asked, known: Known, oracle: Oracle) -> Iterator[str]:
    """A unit begins once."""
    collected = asked.name == "record-collection"
    units = [asked.said["unit"]] if collected else asked.said.get("units", [])
    on_record = any(unit in one.units for unit in units for one in oracle.journeys.values())
    if asked.name in BEGIN and on_record and _right(asked, known):
        yield "this unit is on record already"


def _giving(asked: Asked, known: Known) -> Iterator[str]:
    if not _right(asked, known):
        return  # that stops the journey instead
    unit, ended = asked.said["scanned_unit"], moment(asked.said["ended_at"])
    if any(given == unit for _, given, _, _ in known.given):
        yield "given before"
    if unit not in known.finished:
        yield "no finished unit"
    elif ended >= known.finished[unit]:
        yield "past its expiry"
    checkers = {
        one.person
        for one in known.checks
        if (one.phase, one.unit, one.dose) == ("administration", unit, known.due)
    }
    if len(checkers) < 2:
        yield "not checked by two"
    if not (known.certified and known.on_site):
        yield "not released"
    if known.withdrawn & {"treatment"}:
        yield "consent withdrawn"


def _label(asked: Asked, known: Known) -> Iterator[str]:
    person, content = known.proposed.get(asked.said["unit"], ("", ()))
    if person == asked.actor and content == label_said(asked.said):
        yield "the same person labels twice"
    if asked.said["unit"] not in known.units:
        yield "no such unit"
    if read_as(asked.said["scanned_coi"]) != read_as(known.coi):
        yield "another journey's label"


def _scans(asked: Asked, known: Known, names: tuple[str, ...]) -> None:
    """A wrong label stops the journey and does nothing else; a right one never stops it."""
    if not any(name.startswith("scanned_") for name in asked.said):
        return
    if not _right(asked, known):
        assert names in STOPPED, f"{asked.name} with a wrong label brought {names}"


def _together(asked: Asked, known: Known, rows: list[Row]) -> None:
    """Where two people must agree they are two, and said the same."""
    for row in rows:
        if row.name == "hold.lifted":
            assert known.agreed - {asked.actor}, "one person lifted a hold"
        if row.name == "unit.relabelled":
            person, content = known.proposed[asked.said["unit"]]
            assert person != asked.actor, "one person replaced a label"
            assert content == label_said(asked.said), "the two read different labels"
        if row.name.startswith("identity.confirmed_before_"):
            _confirmed(asked, known, row)
        if row.name == "dose.administered":
            both = known.confirmed["administration"]
            named = (row.said["first_checker"], row.said["second_checker"])
            assert named == both, "other checkers are named than those who checked"
        if row.name == "treatment.completed":
            assert known.due == known.label.doses, "complete before the last dose"


def _confirmed(asked: Asked, known: Known, row: Row) -> None:
    phase = asked.said["phase"]
    assert row.name.endswith(phase), f"{row.name} of checks before {phase}"
    others = {
        one.person
        for one in known.checks
        if (one.phase, one.unit, one.dose) == (phase, asked.said["scanned_unit"], known.due)
    }
    assert others - {asked.actor}, "one person checked twice"
    assert row.said["second"] == asked.actor, "the second checker is somebody else"
    assert row.said["first"] in others, "the first checker is somebody else"
