"""Who may ask: the roles of the field and the actor of a command."""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """Roles as in the network's delegation logs; `system` is the engine itself and never signs."""

    REFERRER = "referrer"
    COORDINATOR = "coordinator"
    PANEL = "panel"
    PHYSICIAN = "treating-physician"
    NURSE = "apheresis-nurse"
    LABORATORY = "cell-laboratory"
    COURIER = "courier"
    MANUFACTURER = "manufacturer"
    QUALITY_CONTROL = "quality-control"
    QP = "qualified-person"
    PHARMACIST = "atmp-pharmacist"
    CHECKER = "bedside-checker"
    COMPLIANCE = "compliance-officer"
    PHARMACOVIGILANCE = "pharmacovigilance"
    ADMINISTRATOR = "administrator"
    """Says who may do what, and does none of it (21 CFR 11.10(g); MHRA GXP data integrity 6.16)."""
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who asks: an account name without personal data, and the role it acts in."""

    id: str
    role: Role


ENGINE = Actor("atmpflow", Role.SYSTEM)
