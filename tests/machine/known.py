"""What the oracle knows of one journey: its own reading of the ledger, row by row.

Written from the description of the process, beside the engine's own facts and sharing nothing
with them: two readings of one ledger must come to the same state.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from tests.machine.law import ASIDE, ENDINGS, FOUND, HOLDS, LABELS, LAWS, LOST, Label

EVENTS = {event for law in LAWS.values() for together in law.brings for event in together}
STAYS = {"identity.checked", "screening.recorded/again", "conditioning.blocked",
         "administration.blocked", "risk.evaluated", "product.damaged"}  # fmt: skip
"""Steps after which the journey waits for what it waited for before."""

COLLECTING = {"slot.confirmed", "collection.short", "collection.failed", "screening.recorded/again"}
BEGIN_AGAIN = {"recollection.ordered", "replacement.ordered", "remake.ordered"}


@dataclass(frozen=True)
class Row:
    """One row of the ledger."""

    journey: UUID
    seq: int
    name: str
    actor: str
    role: str
    at: datetime
    said: dict[str, Any]


@dataclass(frozen=True)
class Check:
    """One matching check at the bedside."""

    person: str
    phase: str
    unit: str
    dose: int


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


@dataclass
class Known:
    """One journey, as its ledger tells it to somebody who knows only the law."""

    id: UUID
    person: str
    product: str
    coi: str
    version: int = 0
    place: str = "nothing"
    since: datetime | None = None
    ended: str | None = None
    held: bool = False
    agreed: set[str] = field(default_factory=set)
    collected: dict[str, datetime] = field(default_factory=dict)
    """Units of starting material, and until when manufacture may begin with each."""
    finished: dict[str, datetime] = field(default_factory=dict)
    """Finished units and the last moment of use on their labels."""
    made: bool = False
    """Whether the present attempt has come to finished units."""
    used: set[str] = field(default_factory=set)
    broken: set[str] = field(default_factory=set)
    """Units that were damaged: never to be given."""
    given: list[tuple[int, str, str, str]] = field(default_factory=list)
    """Dose, unit and both checkers."""
    checks: list[Check] = field(default_factory=list)
    confirmed: dict[str, tuple[str, str]] = field(default_factory=dict)
    batch: str | None = None
    certified: bool = False
    on_site: bool = False
    hands: set[str] = field(default_factory=set)
    proposed: dict[str, tuple[str, tuple[Any, ...]]] = field(default_factory=dict)
    fulfilled: set[str] = field(default_factory=set)
    withdrawn: set[str] = field(default_factory=set)
    strange: bool = False
    """An event that the law does not know: from here on the order of steps is not judged."""

    @property
    def label(self) -> Label:
        return LABELS[self.product]

    @property
    def units(self) -> set[str]:
        return {*self.collected, *self.finished, *self.broken}

    @property
    def due(self) -> int:
        """The number of the next dose."""
        return len(self.given) + 1

    def read(self, row: Row) -> None:
        """One more row of the ledger."""
        assert row.seq == self.version + 1, f"{row.name}: a number was left out"
        self.version = row.seq
        self.strange = self.strange or row.name not in EVENTS
        self._hold(row)
        if row.name in ENDINGS and self.ended in {None, LOST}:
            self.ended = ENDINGS[row.name]
        if row.name == FOUND:
            self.ended = None
        if row.name in BEGIN_AGAIN:
            self._begin_again()
        if row.name not in ASIDE:
            self._step(row)
        reader = getattr(self, "_" + row.name.replace(".", "_"), None)
        if reader is not None:
            reader(row)

    def _hold(self, row: Row) -> None:
        if row.name in HOLDS:
            self.held, self.agreed = True, set()
        if row.name == "hold.lift_agreed":
            self.agreed.add(row.actor)
        if row.name == "hold.lifted":
            self.held, self.agreed = False, set()

    def _step(self, row: Row) -> None:
        self.place = self._narrowed(row.name)
        if self.place not in STAYS:
            self.since = row.at

    def _narrowed(self, name: str) -> str:
        """The step with what the law distinguishes by product, leg or turn."""
        back = self.made
        again = self.place in COLLECTING
        word = {
            "screening.recorded": "again" if again else "first",
            "consent.verified": self.label.pathway,
            "replacement.ordered": self.label.pathway,
            "shipment.accepted": "back" if back else "out",
            "deviation.accepted": "back" if back else "out",
            "product.accepted": "conditioned" if self.label.conditioned else "unconditioned",
            "identity.confirmed_before_preparation": "frozen" if self.label.frozen else "fresh",
            "product.thawed": "prepared" if self.label.prepared else "ready",
        }.get(name)
        return f"{name}/{word}" if word else name

    def _collection_completed(self, row: Row) -> None:
        self.collected[row.said["unit"]] = moment(row.said["expires_at"])

    def _batch_opened(self, row: Row) -> None:
        self.batch = row.said["batch"]

    def _manufacture_started(self, row: Row) -> None:
        self.used.add(row.said["scanned_unit"])
        self.hands.add(row.actor)

    def _manufacture_completed(self, row: Row) -> None:
        self.hands.add(row.actor)
        self._finish(row)

    def _quality_results_recorded(self, row: Row) -> None:
        self.hands.add(row.actor)

    def _risk_evaluated(self, row: Row) -> None:
        self.hands.add(row.actor)

    def _oos_product_requested(self, row: Row) -> None:
        self.hands.add(row.actor)

    def _remake_ordered(self, row: Row) -> None:
        self._anew()
        self.hands.clear()
        self.collected[row.said["material"]] = moment(row.said["material_expires_at"])
        self.used.discard(row.said["material"])

    def _product_damaged(self, row: Row) -> None:
        self._unchecked()
        self.finished.pop(row.said["scanned_unit"], None)
        self.broken.add(row.said["scanned_unit"])

    def _anew(self) -> None:
        self._unchecked()
        self.certified = self.on_site = False
        self.batch = None

    def _unchecked(self) -> None:
        self.checks.clear()
        self.confirmed.clear()

    def _batch_certified(self, row: Row) -> None:
        self.certified = True

    def _order_confirmed(self, row: Row) -> None:
        self.certified = True
        self._finish(row)

    def _unit_allocated(self, row: Row) -> None:
        self.certified = True
        self._finish(row)

    def _finish(self, row: Row) -> None:
        self.made = True
        for unit in row.said["units"]:
            self.finished[unit] = moment(row.said["expires_at"])

    def _begin_again(self) -> None:
        """What was released before says nothing of the next attempt."""
        self.made = self.certified = self.on_site = False
        self.checks.clear()
        self.confirmed.clear()

    def _product_accepted(self, row: Row) -> None:
        self.on_site = True

    def _identity_checked(self, row: Row) -> None:
        said = row.said
        self.checks.append(Check(row.actor, said["phase"], said["scanned_unit"], said["dose"]))

    def _identity_mismatched(self, row: Row) -> None:
        self.checks.clear()

    def _unit_relabelled(self, row: Row) -> None:
        self.checks.clear()
        self.proposed.pop(row.said["unit"], None)

    def _label_proposed(self, row: Row) -> None:
        self.proposed[row.said["unit"]] = (row.actor, label_said(row.said))

    def _identity_confirmed_before_preparation(self, row: Row) -> None:
        self.confirmed["preparation"] = (row.said["first"], row.said["second"])

    def _identity_confirmed_before_administration(self, row: Row) -> None:
        self.confirmed["administration"] = (row.said["first"], row.said["second"])

    def _dose_administered(self, row: Row) -> None:
        said = row.said
        both = (said["first_checker"], said["second_checker"])
        self.given.append((said["dose"], said["scanned_unit"], *both))
        self.checks.clear()
        self.confirmed.clear()

    def _duty_fulfilled(self, row: Row) -> None:
        self.fulfilled.add(row.said["duty"])

    def _consent_withdrawn(self, row: Row) -> None:
        self.withdrawn |= set(row.said["scopes"])

    def _consent_renewed(self, row: Row) -> None:
        self.withdrawn -= set(row.said["scopes"])


def label_said(said: dict[str, Any]) -> tuple[Any, ...]:
    """What two people must say alike of a new label."""
    return tuple(said[name] for name in ("unit", "scanned_coi", "label", "old_label", "reason"))
