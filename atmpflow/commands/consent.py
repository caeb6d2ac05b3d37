"""Consent that is taken back or given anew: what may be asked."""

from typing import ClassVar

from atmpflow.events.admission import Consented
from atmpflow.events.consent import TakenBack
from atmpflow.message import Command
from atmpflow.people import Role


class WithdrawConsent(Command, TakenBack):
    """The patient takes consent back, scope by scope; whoever hears it records it."""

    name: ClassVar = "withdraw-consent"
    roles: ClassVar = frozenset(
        {
            Role.REFERRER, Role.COORDINATOR, Role.PHYSICIAN, Role.NURSE, Role.PHARMACIST,
            Role.CHECKER, Role.COMPLIANCE,
        }
    )  # fmt: skip


class RenewConsent(Command, Consented):
    """The patient agrees anew to what was taken back, witnessed by the treating physician."""

    name: ClassVar = "renew-consent"
    roles: ClassVar = frozenset({Role.PHYSICIAN})
