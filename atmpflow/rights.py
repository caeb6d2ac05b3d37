"""What the installation knows of who asks: appointments, training, delegations; as rules see it.

Sources: 21 CFR 11.10(d), (g) and (i); EU GMP Annex 11, 12.1 to 12.3; ICH E6(R3) 2.3 (delegation).
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from atmpflow.people import Role

ANY = "*"
"""Every site, trial or product."""

Kind = Literal["person", "machine"]
State = Literal["active", "locked", "left"]

TRAINED = frozenset(
    {
        Role.PHYSICIAN,
        Role.NURSE,
        Role.LABORATORY,
        Role.COURIER,
        Role.MANUFACTURER,
        Role.QUALITY_CONTROL,
        Role.QP,
        Role.PHARMACIST,
        Role.CHECKER,
    }
)
"""Who touches the product, its samples or the patient needs valid training for the product.

Source: EU GMP Part IV (ATMP) 3.2 and 3.3; EU GDP 2013/C 343/01 2.4; product risk minimisation
(trained centres) of the authorised CAR-T products; JACIE standards for immune effector cells.
"""

NEVER_FOR_TRAINING = frozenset(
    {
        "place-hold",
        "withdraw",
        "withdraw-consent",
        "record-death",
        "record-deterioration",
        "report-adverse-event",
        "report-damage",
    }
)
"""Who sees harm may say so and stop, trained or not; a patient's no is taken by everybody.

Source: ICH E6(R3) 2.7 and 2.8 (safety and withdrawal come first).
"""

MACHINES = frozenset(
    {
        Role.SYSTEM,
        Role.REFERRER,
        Role.COORDINATOR,
        Role.COURIER,
        Role.MANUFACTURER,
        Role.LABORATORY,
        Role.QUALITY_CONTROL,
    }
)
"""Roles in which another system may report what happened; the others are a person's judgement."""

PERSONS_ALONE = frozenset({"record-risk-evaluation", "relabel-unit", "delegate"})
"""Judgements that somebody answers for by name, among the commands of those roles."""

NOT_DELEGATED = frozenset({Role.QP, Role.ADMINISTRATOR, Role.SYSTEM})
"""Duties that go with a person (Dir. 2001/83/EC Art. 51; EU GMP Annex 16, 1.4)."""


@dataclass(frozen=True, slots=True)
class Span:
    """From one moment until just before another; every right ends."""

    since: datetime
    until: datetime

    def holds(self, at: datetime) -> bool:
        return self.since <= at < self.until


@dataclass(frozen=True, slots=True)
class Appointment:
    """A role at a site (ODS code of the centre whose patients), for a trial and a product."""

    role: Role
    site: str
    trial: str
    product: str
    span: Span


@dataclass(frozen=True, slots=True)
class Training:
    """A certificate for one product."""

    product: str
    span: Span


@dataclass(frozen=True, slots=True)
class Delegation:
    """Somebody lets another act in a role; `held` is what that somebody holds, nobody else."""

    role: Role
    site: str
    trial: str
    span: Span
    held: tuple[Appointment, ...]


@dataclass(frozen=True, slots=True)
class Rights:
    """One account with all that it was ever given; what has ended stays and gives nothing."""

    username: str
    kind: Kind
    state: State
    appointments: tuple[Appointment, ...] = ()
    trainings: tuple[Training, ...] = ()
    delegations: tuple[Delegation, ...] = ()


@dataclass(frozen=True, slots=True)
class Act:
    """What somebody wants to do, in a role; where it is about no one journey, no site is named."""

    command: str
    role: Role
    at: datetime
    site: str | None = None
    product: str | None = None
    trial: str | None = None


@dataclass(frozen=True, slots=True)
class Sight:
    """Whose journeys somebody may see: of these centres, and referred from these sites."""

    centres: frozenset[str]
    referred: frozenset[str]
