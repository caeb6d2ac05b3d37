"""Monitoring, follow-up, and what may happen at any time."""

from typing import ClassVar, Literal

from pydantic import Field

from atmpflow.events.consent import LeftOver
from atmpflow.message import Content, Event, Text, Utc


class MonitoringPlanned(Event):
    name: ClassVar = "monitoring.planned"
    lasting: ClassVar = True

    until: Utc
    stay_near_until: Utc


class ToxicitySigns(Content):
    """What was seen today; ASTCT 2019 grades it, the worst item decides."""

    fever_c: float | None = Field(default=None, ge=30, le=45, title="Temperature", description="C")
    treated: bool = Field(
        default=False,
        title="Antipyretic or anticytokine given",
        description="Tocilizumab, steroid or antipyretic: fever is then no longer required",
    )
    hypotension: Literal["none", "no-vasopressor", "one-vasopressor", "several-vasopressors"] = (
        Field(default="none", title="Hypotension")
    )
    hypoxia: Literal["none", "low-flow", "high-flow", "positive-pressure"] = Field(
        default="none", title="Hypoxia"
    )
    ice_score: int | None = Field(default=None, ge=0, le=10, title="ICE score", description="0-10")
    consciousness: Literal["awake", "to-voice", "to-touch", "unarousable"] = Field(
        default="awake", title="Consciousness", description="Awakens spontaneously, to voice, ..."
    )
    seizure: Literal["none", "brief-or-resolving", "prolonged"] = Field(
        default="none", title="Seizure"
    )
    motor_weakness: bool = Field(default=False, title="Deep focal motor weakness")
    raised_pressure: Literal["none", "focal-oedema", "diffuse-oedema"] = Field(
        default="none", title="Raised intracranial pressure or cerebral oedema"
    )


class ToxicityGraded(Event, ToxicitySigns):
    name: ClassVar = "toxicity.graded"
    lasting: ClassVar = True

    crs: int
    icans: int | None


class MonitoringCompleted(Event):
    name: ClassVar = "monitoring.completed"
    lasting: ClassVar = True


class Visit(Content):
    """One visit of the follow-up plan."""

    day: int
    due_at: Utc


class FollowUpPlanned(Event):
    name: ClassVar = "follow_up.planned"
    lasting: ClassVar = True

    visits: tuple[Visit, ...]


class FollowUpDue(Event):
    name: ClassVar = "follow_up.due"
    lasting: ClassVar = True

    day: int
    due_at: Utc


class FollowedUp(Content):
    day: int = Field(ge=1, title="Visit", description="Day of the plan, e.g. 100")
    alive: bool | None = Field(
        default=None, title="Alive", description="Left out where the visit was missed"
    )
    disease: Literal["remission", "stable", "progressed", "not-assessed"] = Field(title="Disease")
    registry_reported: bool = Field(title="Reported to the registry", description="e.g. EBMT")


class FollowUpRecorded(Event, FollowedUp):
    name: ClassVar = "follow_up.recorded"
    lasting: ClassVar = True


class DeadlinePassed(Event):
    name: ClassVar = "deadline.passed"
    lasting: ClassVar = True

    awaited: Text
    owner: Text
    due_at: Utc


class MaterialExpired(Event):
    name: ClassVar = "material.expired"
    lasting: ClassVar = True

    due_at: Utc


class ProductExpired(Event):
    name: ClassVar = "product.expired"
    lasting: ClassVar = True

    due_at: Utc


class HoldPlaced(Event):
    name: ClassVar = "hold.placed"
    lasting: ClassVar = True

    reason: Text


class HoldLiftAgreed(Event):
    name: ClassVar = "hold.lift_agreed"
    lasting: ClassVar = True

    person: Text
    reason: Text


class HoldLifted(Event):
    name: ClassVar = "hold.lifted"
    lasting: ClassVar = True


class JourneyWithdrawn(Event, LeftOver):
    name: ClassVar = "journey.withdrawn"
    lasting: ClassVar = True

    reason: Literal["patient-choice", "clinical", "other-treatment", "administrative"]


class Died(Content):
    died_at: Utc | None = Field(default=None, title="Died at", description="Where it is known")
    cause: Literal["disease", "treatment", "other", "unknown"] = Field(
        default="unknown", title="Cause", description="As far as it is known"
    )
    told_by: Literal["treating-team", "gp", "registry", "relatives"] = Field(
        default="treating-team", title="Told by"
    )


class PatientDied(Event, Died, LeftOver):
    name: ClassVar = "patient.died"
    lasting: ClassVar = True

    trial: bool = False
    treated: bool = True


class JourneyCompleted(Event):
    name: ClassVar = "journey.completed"
    lasting: ClassVar = True
