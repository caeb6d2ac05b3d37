"""Adverse events and what was done about them: what can have happened. Codes only, no free text."""

from typing import ClassVar, Literal

from pydantic import Field

from atmpflow.message import Content, Event, Text, Utc

Severity = Literal["not-serious", "serious", "life-threatening", "fatal"]


class Case(Content):
    case: Text = Field(title="Case number", description="The safety database's own, e.g. AE-1")
    term: str = Field(
        pattern=r"^[0-9]{8}$", title="Term", description="MedDRA code, eight digits, e.g. 10052015"
    )
    severity: Severity = Field(title="Seriousness")
    expected: bool = Field(
        title="Expected", description="Listed in the reference safety information"
    )
    related: bool = Field(
        title="Related", description="A causal link to the product is a reasonable possibility"
    )
    tissue_related: bool = Field(
        default=False,
        title="Linked to the cells",
        description="To their collection, testing, processing, storage or distribution",
    )
    onset_at: Utc = Field(title="Began at")
    aware_at: Utc = Field(title="Known since", description="When the centre came to know of it")
    sponsor_aware_at: Utc | None = Field(
        default=None,
        title="Sponsor aware since",
        description="Where the sponsor came to know of it at another time",
    )


class AdverseEventReported(Event, Case):
    name: ClassVar = "adverse_event.reported"
    lasting: ClassVar = True

    trial: bool


class AdverseEventFollowedUp(Event, Case):
    """New information about a case; `became` says what it is now and was not before."""

    name: ClassVar = "adverse_event.followed_up"
    lasting: ClassVar = True

    trial: bool
    became_susar: bool
    became_grave: bool


class Measure(Content):
    case: Text = Field(title="Case number", description="Of the case that it answers")
    reference: Text = Field(title="Measure", description="Number of its document")


class SafetyMeasureTaken(Event, Measure):
    name: ClassVar = "safety_measure.taken"
    lasting: ClassVar = True

    taken_at: Utc
    trial: bool
