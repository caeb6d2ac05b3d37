"""Reaching a patient who does not come: what can have happened."""

from typing import ClassVar, Literal

from pydantic import Field

from atmpflow.message import Content, Event, Utc

Way = Literal["telephone", "letter", "message", "gp", "registry", "relatives"]


class Attempt(Content):
    way: Way = Field(title="Way", description="How, or of whom, it was tried")
    outcome: Literal["no-answer", "not-known-there", "moved-away", "reached"] = Field(
        title="Outcome"
    )


class ContactAttempted(Event, Attempt):
    name: ClassVar = "contact.attempted"
    lasting: ClassVar = True


class PatientLost(Event):
    """Nobody knows where the patient is; what is left of the plan waits until somebody does."""

    name: ClassVar = "patient.lost"
    lasting: ClassVar = True

    attempts: int
    silent_since: Utc
    trial: bool


class Found(Content):
    told_by: Literal["patient", "gp", "registry", "relatives", "another-centre"] = Field(
        title="Told by"
    )


class PatientFound(Event, Found):
    name: ClassVar = "patient.found"
    lasting: ClassVar = True
