"""Monitoring, follow-up, and what may be asked at any time."""

from typing import ClassVar, Literal

from pydantic import Field

from atmpflow.events.after import FollowedUp, ToxicitySigns
from atmpflow.message import Command, Text, Utc
from atmpflow.people import Role

_CLINICAL = frozenset(
    {
        Role.COORDINATOR, Role.PHYSICIAN, Role.NURSE, Role.LABORATORY, Role.MANUFACTURER,
        Role.QUALITY_CONTROL, Role.QP, Role.PHARMACIST, Role.CHECKER, Role.COMPLIANCE,
    }
)  # fmt: skip


class PlanMonitoring(Command):
    """The engine sets the observation period of the product."""

    name: ClassVar = "plan-monitoring"
    roles: ClassVar = frozenset({Role.SYSTEM})


class GradeToxicity(Command, ToxicitySigns):
    """Signs seen today; the grade follows from them (ASTCT 2019)."""

    name: ClassVar = "grade-toxicity"
    roles: ClassVar = frozenset({Role.PHYSICIAN})


class CompleteMonitoring(Command):
    """The observation period ended and the patient was discharged to follow-up."""

    name: ClassVar = "complete-monitoring"
    roles: ClassVar = frozenset({Role.PHYSICIAN})


class PlanFollowUp(Command):
    """The engine lays out the visits of the product's follow-up plan."""

    name: ClassVar = "plan-follow-up"
    roles: ClassVar = frozenset({Role.SYSTEM})


class RecordFollowUp(Command, FollowedUp):
    """What a follow-up visit found."""

    name: ClassVar = "record-follow-up"
    roles: ClassVar = frozenset({Role.PHYSICIAN, Role.COORDINATOR})


class FireTimer(Command):
    """The heartbeat found a timer due."""

    name: ClassVar = "fire-timer"
    roles: ClassVar = frozenset({Role.SYSTEM})

    kind: Text
    due_at: Utc


class PlaceHold(Command):
    """Stop the journey at once; nothing moves until two people agree to lift it."""

    name: ClassVar = "place-hold"
    roles: ClassVar = _CLINICAL | {Role.SYSTEM}

    reason: Text = Field(title="Reason", description="A code or document number")


class LiftHold(Command):
    """Agree to lift the hold; it is lifted when two different people have agreed."""

    name: ClassVar = "lift-hold"
    roles: ClassVar = frozenset({Role.PHYSICIAN, Role.PHARMACIST, Role.QP, Role.COMPLIANCE})

    reason: Text = Field(title="Reason", description="A code or document number")


class Withdraw(Command):
    """End the journey on the patient's or the team's decision."""

    name: ClassVar = "withdraw"
    roles: ClassVar = frozenset({Role.REFERRER, Role.COORDINATOR, Role.PHYSICIAN})

    reason: Literal["patient-choice", "clinical", "other-treatment", "administrative"] = Field(
        title="Reason"
    )
