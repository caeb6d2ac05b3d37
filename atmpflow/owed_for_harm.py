"""Duties that an adverse event makes people owe; their clocks count from awareness."""

from datetime import UTC, datetime
from functools import partial
from typing import Any

from atmpflow.events.harm import (
    AdverseEventFollowedUp,
    AdverseEventReported,
    Case,
    SafetyMeasureTaken,
)
from atmpflow.journey import Recorded
from atmpflow.message import Event
from atmpflow.owed import DAY, Owed, inform
from atmpflow.people import Role
from atmpflow.rules.harm import grave, serious, unexpected_reaction

SPONSOR = "SI 2004/1031 reg. 32 (investigators report at once; protocols say 24 hours)"
SUSAR = "SI 2004/1031 reg. 33, as amended by SI 2025/538 reg. 25 (from sponsor's awareness)"
HTA = "Human Tissue Authority, SAEARs guidance: notified within 24 hours of discovery"
YELLOW_CARD = "MHRA Yellow Card scheme (suspected reactions); time: operational default"
MEASURE = "SI 2004/1031 reg. 30(2): 3 days until 27 April 2026, 7 days since (SI 2025/538)"

AMENDED = datetime(2026, 4, 28, tzinfo=UTC)
"""From this day the amended regulations are in force."""


def _aware(event: Case, row: Recorded) -> datetime:
    return event.aware_at


def _sponsor_aware(event: Case, row: Recorded) -> datetime:
    return event.sponsor_aware_at or event.aware_at


def _in_trial(event: Any) -> bool:
    return event.trial and serious(event)


def _of_the_cells(event: Case) -> bool:
    return event.tissue_related and serious(event)


def _licensed(event: Any) -> bool:
    return event.related and not event.trial


def _serious_reaction(event: Case) -> bool:
    return event.related and serious(event)


def _before_amended(event: SafetyMeasureTaken) -> bool:
    return event.trial and event.taken_at < AMENDED


def _since_amended(event: SafetyMeasureTaken) -> bool:
    return event.trial and event.taken_at >= AMENDED


def _susar(event: Any, *, is_grave: bool) -> bool:
    return event.trial and unexpected_reaction(event) and grave(event) is is_grave


def _newly(event: AdverseEventFollowedUp, *, is_grave: bool) -> bool:
    """Does new information make it a SUSAR, or one of the shorter clock?"""
    newly = event.became_susar or (is_grave and event.became_grave)
    return newly and _susar(event, is_grave=is_grave)


def _more(event: AdverseEventFollowedUp, *, is_grave: bool) -> bool:
    """Is it new information about what was a SUSAR of this clock already?"""
    return _susar(event, is_grave=is_grave) and not _newly(event, is_grave=is_grave)


def _susar_duty(kind: str, title: str, days: int, when: Any) -> Owed:
    owner = Role.PHARMACOVIGILANCE
    return Owed(kind, title, owner, days * DAY, SUSAR, since=_sponsor_aware, when=when)


TO_SPONSOR = Owed(
    "report-to-sponsor",
    "Report the event to the trial's sponsor",
    Role.PHYSICIAN,
    DAY,
    SPONSOR,
    since=_aware,
    when=_in_trial,
)
TO_HTA = Owed(
    "report-to-hta",
    "Report the event or reaction to the HTA",
    Role.COMPLIANCE,
    DAY,
    HTA,
    since=_aware,
    when=_of_the_cells,
)
YELLOW = Owed(
    "yellow-card",
    "Send a Yellow Card",
    Role.PHYSICIAN,
    3 * DAY,
    YELLOW_CARD,
    since=_aware,
    when=_licensed,
)
TOLD = inform(Role.MANUFACTURER, when=_serious_reaction)

HARM: dict[type[Event], tuple[Owed, ...]] = {
    AdverseEventReported: (
        TO_SPONSOR,
        TO_HTA,
        YELLOW,
        TOLD,
        _susar_duty(
            "susar-7-days",
            "Report the fatal or life-threatening SUSAR to the MHRA",
            7,
            partial(_susar, is_grave=True),
        ),
        _susar_duty(
            "susar-8-more-days",
            "Send the MHRA what is further relevant to the SUSAR",
            15,
            partial(_susar, is_grave=True),
        ),
        _susar_duty(
            "susar-15-days",
            "Report the SUSAR to the MHRA",
            15,
            partial(_susar, is_grave=False),
        ),
    ),
    AdverseEventFollowedUp: (
        TO_SPONSOR,
        TO_HTA,
        _susar_duty(
            "susar-7-days",
            "Report what has become a fatal or life-threatening SUSAR to the MHRA",
            7,
            partial(_newly, is_grave=True),
        ),
        _susar_duty(
            "susar-8-more-days",
            "Send the MHRA what is new about the fatal or life-threatening SUSAR",
            8,
            partial(_more, is_grave=True),
        ),
        _susar_duty(
            "susar-15-days",
            "Report what is new about the SUSAR, or has made it one, to the MHRA",
            15,
            partial(_susar, is_grave=False),
        ),
    ),
    SafetyMeasureTaken: (
        Owed(
            "notify-measure",
            "Give the MHRA and the ethics committee written notice of the measure",
            Role.PHARMACOVIGILANCE,
            3 * DAY,
            MEASURE,
            when=_before_amended,
        ),
        Owed(
            "notify-measure",
            "Give the MHRA and the ethics committee written notice of the measure",
            Role.PHARMACOVIGILANCE,
            7 * DAY,
            MEASURE,
            when=_since_amended,
        ),
        inform(Role.MANUFACTURER),
        inform(Role.COMPLIANCE),
    ),
}
"""What each event of harm makes people owe."""
