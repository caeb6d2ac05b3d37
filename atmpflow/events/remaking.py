"""A batch that failed, and another one made: what can have happened."""

from typing import ClassVar, Literal

from pydantic import Field

from atmpflow.events.consent import LeftOver
from atmpflow.message import Content, Event, Text, Utc


class Failed(Content):
    batch: Text = Field(title="Batch number")
    reason: Literal[
        "no-growth", "contamination", "equipment", "vector", "reagent", "power", "operator", "other"
    ] = Field(title="Reason", description="Why the batch cannot be completed")
    report: Text = Field(title="Report", description="Deviation or report number")
    material_left: bool = Field(
        title="Material left", description="Is starting material left for another batch?"
    )


class ManufactureFailed(Event, Failed):
    """The batch will not be completed."""

    name: ClassVar = "manufacture.failed"


class Remade(Content):
    confirmation: Text = Field(
        title="Confirmation", description="Where the manufacturer confirms that material is left"
    )
    material_expires_at: Utc = Field(
        title="Material expires at", description="On the label of the material that is left"
    )


class RemakeOrdered(Event, Remade):
    """Another batch is made of what is left; the units of the last one are written off."""

    name: ClassVar = "remake.ordered"
    lasting: ClassVar = True

    attempt: int
    material: Text
    units: tuple[Text, ...]
    batch: Text


class ManufactureGivenUp(Event, LeftOver):
    """No product is made for this patient."""

    name: ClassVar = "manufacture.given_up"
    lasting: ClassVar = True
