"""Adverse events and what is done about them: what may be asked."""

from typing import ClassVar

from atmpflow.events.harm import Case, Measure
from atmpflow.message import Command
from atmpflow.people import Role

_REPORTERS = frozenset({Role.PHYSICIAN, Role.NURSE, Role.COORDINATOR, Role.PHARMACOVIGILANCE})


class ReportAdverseEvent(Command, Case):
    """Something harmful happened after the first procedure, by whatever cause."""

    name: ClassVar = "report-adverse-event"
    roles: ClassVar = _REPORTERS


class FollowUpAdverseEvent(Command, Case):
    """New information about a reported case; what it changes starts clocks of its own."""

    name: ClassVar = "follow-up-adverse-event"
    roles: ClassVar = _REPORTERS


class TakeSafetyMeasure(Command, Measure):
    """An urgent safety measure was taken at once, to protect the patient from immediate hazard."""

    name: ClassVar = "take-safety-measure"
    roles: ClassVar = frozenset({Role.PHYSICIAN, Role.PHARMACOVIGILANCE})
