"""A product out of specification that a patient needs all the same: what can have happened."""

from typing import ClassVar, Literal

from pydantic import Field

from atmpflow.message import Content, Event, Text


class Evaluated(Content):
    document: Text = Field(title="Risk evaluation", description="Number of the document")


class RiskEvaluated(Event, Evaluated):
    """The manufacturer said what giving it would risk (EU GMP Part IV 11.5)."""

    name: ClassVar = "risk.evaluated"


class Requested(Content):
    document: Text = Field(title="Request", description="Number of the written request")
    no_alternative: Literal[True] = Field(
        title="No alternative", description="There is no other treatment for this patient"
    )
    immediate_hazard: Literal[True] = Field(
        title="Immediate hazard", description="It avoids an immediate significant hazard"
    )


class OosProductRequested(Event, Requested):
    """The treating physician asked for it, knowing the evaluation."""

    name: ClassVar = "oos_product.requested"


class OosProductSupplied(Event):
    """It left the manufacturer: the clock of the authority runs."""

    name: ClassVar = "oos_product.supplied"

    batch: Text
