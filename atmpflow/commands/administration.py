"""Conditioning and administration: what may be asked."""

from typing import ClassVar

from atmpflow.events.administration import Administered, Checked, Prepared, Prescribed
from atmpflow.message import Command
from atmpflow.people import Role


class ClearForConditioning(Command):
    """The engine checks that the product is released and on site before conditioning."""

    name: ClassVar = "clear-for-conditioning"
    roles: ClassVar = frozenset({Role.SYSTEM})


class StartConditioning(Command):
    """Conditioning began, in a patient whom the physician has just found fit for it."""

    name: ClassVar = "start-conditioning"
    roles: ClassVar = frozenset({Role.PHYSICIAN})


class CompleteConditioning(Command):
    """The last conditioning dose was given."""

    name: ClassVar = "complete-conditioning"
    roles: ClassVar = frozenset({Role.PHYSICIAN})


class ClearForAdministration(Command):
    """The engine checks the gate: released, unexpired, consented, conditioned, nothing held."""

    name: ClassVar = "clear-for-administration"
    roles: ClassVar = frozenset({Role.SYSTEM})


class PrescribeDose(Command, Prescribed):
    """The treating physician prescribes the dose."""

    name: ClassVar = "prescribe-dose"
    roles: ClassVar = frozenset({Role.PHYSICIAN})


class CheckIdentity(Command, Checked):
    """One of two independent bedside checks of patient against product."""

    name: ClassVar = "check-identity"
    roles: ClassVar = frozenset({Role.CHECKER})


class ThawProduct(Command, Prepared):
    """The unit left the vapour phase; the clock of the thaw runs and the unit is not refrozen."""

    name: ClassVar = "thaw-product"
    roles: ClassVar = frozenset({Role.LABORATORY, Role.PHARMACIST})


class PrepareDose(Command, Prepared):
    """The dose was drawn up, diluted or opened."""

    name: ClassVar = "prepare-dose"
    roles: ClassVar = frozenset({Role.LABORATORY, Role.PHARMACIST})


class AdministerDose(Command, Administered):
    """The dose was given."""

    name: ClassVar = "administer-dose"
    roles: ClassVar = frozenset({Role.PHYSICIAN})
