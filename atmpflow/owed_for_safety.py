"""Duties that patients' safety and their wishes make people owe."""

from datetime import timedelta
from functools import partial

from atmpflow.events.administration import IdentityMismatched
from atmpflow.events.admission import Scope, Wish
from atmpflow.events.after import JourneyWithdrawn, PatientDied
from atmpflow.events.consent import ConsentWithdrawn, Keeper, LeftOver, TreatmentStopped
from atmpflow.events.contact import PatientFound, PatientLost
from atmpflow.events.identity import JourneyImplicated, LabelMismatched, UnitRelabelled
from atmpflow.events.patient import PatientDeteriorated
from atmpflow.events.recall import RecallReached
from atmpflow.message import Event
from atmpflow.owed import DAY, HOUR, Owed, inform
from atmpflow.owed_for_harm import HARM
from atmpflow.owed_for_recall import RECALLED
from atmpflow.people import Role

HTA = "Human Tissue Authority, SAEARs guidance: notified within 24 hours of discovery"

DESTROY = "destroy-cells"
"""When this duty is fulfilled the units are no more."""

BOTH_TEAMS = (inform(Role.PHYSICIAN, HOUR), inform(Role.LABORATORY, HOUR))
"""The team at the bed and the team at the freezer, of each journey that was mixed up."""

MIXED_UP = (
    *BOTH_TEAMS,
    Owed("report-mix-up", "Report the mix-up to the HTA", Role.COMPLIANCE, DAY, HTA),
)

HTA_CONSENT = "Human Tissue Act 2004 s. 1, HTA Code A (consent); time: operational default"

KEEPERS: dict[Keeper, Role] = {"centre": Role.LABORATORY, "manufacturer": Role.MANUFACTURER}

WISHES: dict[Wish, tuple[str, str, timedelta]] = {
    "destroy": (DESTROY, "Destroy the cells not given; name the certificate", 30 * DAY),
    "keep": ("keep-cells", "Store the cells not given apart; name the place", 7 * DAY),
    "research": ("research-cells", "Hand the cells over to research; name the consent", 30 * DAY),
}
"""What each wish makes whoever has the cells owe: kind, title and time."""


def _left(event: LeftOver, *, keeper: Keeper, wish: Wish) -> bool:
    return (event.keeper, event.unused_cells) == (keeper, wish)


def _made(event: LeftOver) -> bool:
    return event.keeper == "manufacturer"


CELLS = tuple(
    Owed(kind, title, role, within, HTA_CONSENT, when=partial(_left, keeper=keeper, wish=wish))
    for keeper, role in KEEPERS.items()
    for wish, (kind, title, within) in WISHES.items()
)
"""What becomes of the cells that will not be given, as the patient wished."""


def _takes(scope: Scope, event: ConsentWithdrawn) -> bool:
    return scope in event.scopes


TAKEN_BACK = (
    inform(Role.PHYSICIAN, HOUR),
    inform(Role.COORDINATOR),
    Owed(
        "tell-registry",
        "Tell the registry that nothing further may be used",
        Role.COORDINATOR,
        7 * DAY,
        "UK GDPR Art. 7(3) and 19; time: operational default",
        when=partial(_takes, "data"),
    ),
)

REPORTS = (
    Owed(
        "report-death-to-sponsor",
        "Report the death to the trial's sponsor",
        Role.PHYSICIAN,
        DAY,
        "SI 2004/1031 reg. 32 (serious adverse events, immediately; protocols say 24 hours)",
        when=lambda event: event.trial,
    ),
    Owed(
        "report-death-to-registry",
        "Report the death to the registry",
        Role.COORDINATOR,
        30 * DAY,
        "EBMT registry (outcome after cellular therapy); time: operational default",
        when=lambda event: event.treated,
    ),
)

WORSE = (
    inform(Role.COORDINATOR, 4 * HOUR),
    inform(Role.MANUFACTURER),
    Owed(
        "decide-on-treatment",
        "Decide with the team: wait, bridge, or end the journey",
        Role.PHYSICIAN,
        3 * DAY,
    ),
)


def _in_trial(event: PatientLost) -> bool:
    return event.trial


GONE = (
    Owed(
        "report-lost-to-registry",
        "Tell the registry that the patient is lost to follow-up",
        Role.COORDINATOR,
        30 * DAY,
        "EBMT registry (follow-up); time: operational default",
    ),
    Owed(
        "report-lost-to-sponsor",
        "Tell the trial's sponsor that the patient is lost to follow-up",
        Role.PHYSICIAN,
        7 * DAY,
        when=_in_trial,
    ),
)

SAFETY: dict[type[Event], tuple[Owed, ...]] = {
    LabelMismatched: MIXED_UP,
    IdentityMismatched: MIXED_UP,
    JourneyImplicated: BOTH_TEAMS,
    UnitRelabelled: (inform(Role.COMPLIANCE),),
    ConsentWithdrawn: TAKEN_BACK,
    JourneyWithdrawn: (inform(Role.MANUFACTURER, when=_made), *CELLS),
    PatientDied: (
        inform(Role.COORDINATOR),
        inform(Role.MANUFACTURER, when=_made),
        *REPORTS,
        *CELLS,
    ),
    PatientDeteriorated: WORSE,
    RecallReached: RECALLED,
    PatientLost: GONE,
    PatientFound: (inform(Role.PHYSICIAN),),
    **HARM,
    TreatmentStopped: (inform(Role.MANUFACTURER), *CELLS),
}
"""What each event of identity, consent, death, recall, harm and lost contact makes people owe."""
