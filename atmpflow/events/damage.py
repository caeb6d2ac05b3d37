"""A product damaged before it was given: what can have happened."""

from typing import ClassVar, Literal

from pydantic import Field

from atmpflow.events.collection import Scanned
from atmpflow.events.consent import LeftOver
from atmpflow.message import Event, Text


class Damaged(Scanned):
    reason: Literal["bag-broke", "spill", "clumps", "window-passed", "contamination", "other"] = (
        Field(title="Reason", description="Why the unit cannot be given")
    )
    report: Text = Field(title="Report", description="Deviation or report number")


class ProductDamaged(Event, Damaged):
    """This unit is written off and never given; what is done before a dose begins anew."""

    name: ClassVar = "product.damaged"
    lasting: ClassVar = True


class DoseLost(Event):
    """Too few units are left for the doses that are planned."""

    name: ClassVar = "dose.lost"

    doses_given: int
    units_left: int
    conditioned: bool


class ProductGivenUp(Event, LeftOver):
    """What was lost is not replaced."""

    name: ClassVar = "product.given_up"
    lasting: ClassVar = True
