"""A product damaged before it was given: what may be asked."""

from typing import ClassVar

from pydantic import Field

from atmpflow.events.damage import Damaged
from atmpflow.message import Command, Text
from atmpflow.people import Role


class ReportDamage(Command, Damaged):
    """A unit broke, spilled, clumped or ran out of its window, and cannot be given."""

    name: ClassVar = "report-damage"
    roles: ClassVar = frozenset({Role.LABORATORY, Role.PHARMACIST, Role.PHYSICIAN})


class GiveUpProduct(Command):
    """Decide that a lost dose is not replaced."""

    name: ClassVar = "give-up-product"
    roles: ClassVar = frozenset({Role.PHYSICIAN})

    reason: Text = Field(title="Reason", description="Where the team's decision is written")
