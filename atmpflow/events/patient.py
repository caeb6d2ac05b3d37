"""The patient while the product is made: fitness and deterioration, what can have happened."""

from typing import ClassVar, Literal

from pydantic import Field

from atmpflow.message import Content, Event


class Fitness(Content):
    fit: bool = Field(title="Fit", description="For what comes next: conditioning or the dose")
    ecog: int = Field(ge=0, le=4, title="ECOG", description="Performance status, 0 to 4")
    infection: bool = Field(title="Active infection", description="Uncontrolled")
    organ_function: bool = Field(title="Organ function adequate")


class FitnessAssessed(Event, Fitness):
    name: ClassVar = "fitness.assessed"
    lasting: ClassVar = True


class Deteriorated(Content):
    ecog: int = Field(ge=0, le=4, title="ECOG", description="Performance status, 0 to 4")
    reason: Literal["progression", "infection", "organ-failure", "performance", "other"] = Field(
        title="Reason"
    )


class PatientDeteriorated(Event, Deteriorated):
    """Nothing is given to somebody who became worse until they are found fit again."""

    name: ClassVar = "patient.deteriorated"
    lasting: ClassVar = True
