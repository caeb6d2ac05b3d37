"""Duties that patients' safety and their wishes make people owe."""

from atmpflow.events.administration import IdentityMismatched
from atmpflow.events.identity import JourneyImplicated, LabelMismatched
from atmpflow.message import Event
from atmpflow.owed import DAY, HOUR, Owed, inform
from atmpflow.people import Role

HTA = "Human Tissue Authority, SAEARs guidance: notified within 24 hours of discovery"

BOTH_TEAMS = (inform(Role.PHYSICIAN, HOUR), inform(Role.LABORATORY, HOUR))
"""The team at the bed and the team at the freezer, of each journey that was mixed up."""

MIXED_UP = (
    *BOTH_TEAMS,
    Owed("report-mix-up", "Report the mix-up to the HTA", Role.COMPLIANCE, DAY, HTA),
)

SAFETY: dict[type[Event], tuple[Owed, ...]] = {
    LabelMismatched: MIXED_UP,
    IdentityMismatched: MIXED_UP,
    JourneyImplicated: BOTH_TEAMS,
}
"""What each event of identity, consent, death, recall, harm and lost contact makes people owe."""
