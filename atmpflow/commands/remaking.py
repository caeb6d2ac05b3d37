"""A batch that failed, and another one made: what may be asked."""

from typing import ClassVar

from pydantic import Field

from atmpflow.events.remaking import Failed, Remade
from atmpflow.message import Command, Text
from atmpflow.people import Role


class ReportManufactureFailure(Command, Failed):
    """The batch cannot be completed."""

    name: ClassVar = "report-manufacture-failure"
    roles: ClassVar = frozenset({Role.MANUFACTURER})


class OrderRemake(Command, Remade):
    """Make another batch of the material that is left."""

    name: ClassVar = "order-remake"
    roles: ClassVar = frozenset({Role.PHYSICIAN})


class GiveUpManufacture(Command):
    """Decide that no product is made for this patient."""

    name: ClassVar = "give-up-manufacture"
    roles: ClassVar = frozenset({Role.PHYSICIAN})

    reason: Text = Field(title="Reason", description="Where the team's decision is written")
