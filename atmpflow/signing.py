"""What a signature means, and which commands a regulation wants signed."""

from dataclasses import dataclass, field
from enum import StrEnum

from atmpflow.commands.after import LiftHold
from atmpflow.commands.exception import RecordRiskEvaluation, RequestOosProduct
from atmpflow.commands.manufacture import CertifyBatch
from atmpflow.commands.shipment import AcceptProduct, DecideDeviation
from atmpflow.events.manufacture import BatchOpened
from atmpflow.events.shipment import ShipmentQuarantined, ShipmentReceived
from atmpflow.journey import HOLDS, Facts
from atmpflow.message import Command, Event
from atmpflow.people import Role


class Meaning(StrEnum):
    """What a signer says with a signature (21 CFR 11.50(a)(3))."""

    AUTHORED = "authored"
    REVIEWED = "reviewed"
    APPROVED = "approved"
    CERTIFIED = "certified"
    RELEASED = "released"
    WITNESSED = "witnessed"
    RESPONSIBLE = "responsible"


@dataclass(frozen=True, slots=True)
class Needed:
    """The signature that a command needs, and what else must be there before it."""

    meaning: Meaning
    source: str
    trail_reviewed: bool = False
    """The signer has reviewed the audit trail, and nothing was added to it since."""
    seconded: frozenset[Role] = field(default_factory=frozenset[Role])
    """Where not empty: somebody else in one of these roles has signed `reviewed` before."""


SIGNED: dict[type[Command], Needed] = {
    RecordRiskEvaluation: Needed(Meaning.AUTHORED, "EU GMP Part IV 11.5"),
    RequestOosProduct: Needed(Meaning.RESPONSIBLE, "EU GMP Part IV 11.5"),
    CertifyBatch: Needed(
        Meaning.CERTIFIED, "EU GMP Annex 16; Part IV 11; Annex 11, 9 and 15", trail_reviewed=True
    ),
    AcceptProduct: Needed(Meaning.RELEASED, "EU GMP Part IV 11; 21 CFR 11.50"),
    LiftHold: Needed(Meaning.APPROVED, "21 CFR 11.10(g); EU GMP Annex 11, 14"),
    DecideDeviation: Needed(
        Meaning.APPROVED,
        "EU GMP Annex 16, 3 (unplanned deviations); 21 CFR 11.10(g)",
        seconded=frozenset({Role.PHARMACIST, Role.QUALITY_CONTROL, Role.COMPLIANCE}),
    ),
}
"""Commands that are carried out only when they are signed."""


def needed(command: Command) -> Needed | None:
    """The signature that this command needs; to reject a product nobody has to sign."""
    if isinstance(command, DecideDeviation) and command.decision != "accept":
        return None
    return SIGNED.get(type(command))


def meanings(role: Role) -> frozenset[Meaning]:
    """What somebody in this role can sign for at all; a machine, never anything."""
    if role is Role.SYSTEM:
        return frozenset()
    own = {one.meaning for kind, one in SIGNED.items() if role in kind.roles}
    second = {Meaning.REVIEWED for one in SIGNED.values() if role in one.seconded}
    return frozenset(own | second)


_SINCE: dict[type[Command], tuple[type[Event], ...]] = {
    DecideDeviation: (ShipmentQuarantined,),
    AcceptProduct: (ShipmentReceived,),
    LiftHold: HOLDS,
}
"""The events with which what is decided begins; the newest one is meant."""


def matter(command: Command, facts: Facts) -> str:
    """What is decided: whoever signs twice in one matter is not two people."""
    begun = _SINCE.get(type(command))
    if begun is None:
        opened = facts.last(BatchOpened)
        return f"batch:{opened.batch if opened else ''}"
    newest = max((row.seq for kind in begun for row in facts.rows(kind)), default=0)
    return f"{command.name}:{newest}"
