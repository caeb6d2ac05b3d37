"""What may come beside the stages of a pathway: at any time, during a hold, after the end.

And which events end a journey, open it again, or send it to another stage.
"""

from atmpflow.commands import (
    after,
    consent,
    contact,
    duties,
    harm,
    identity,
    patient,
    recall,
    recovery,
)

AT_ANY_TIME = frozenset(
    {
        after.FireTimer,
        after.PlaceHold,
        after.LiftHold,
        after.Withdraw,
        duties.FulfilDuty,
        identity.ImplicateJourney,
        identity.RelabelUnit,
        consent.WithdrawConsent,
        consent.RenewConsent,
        patient.RecordDeterioration,
        patient.RecordDeath,
        recall.NotifyRecall,
        recovery.PredictBandExit,
        harm.ReportAdverseEvent,
        harm.FollowUpAdverseEvent,
        harm.TakeSafetyMeasure,
        contact.RecordFound,
    }
)
WHILE_HELD = AT_ANY_TIME
AFTER_THE_END = frozenset(
    {
        after.FireTimer,
        duties.FulfilDuty,
        identity.ImplicateJourney,
        consent.WithdrawConsent,
        patient.RecordDeath,
        recall.NotifyRecall,
        harm.ReportAdverseEvent,
        harm.FollowUpAdverseEvent,
        harm.TakeSafetyMeasure,
        contact.RecordFound,
    }
)
"""A duty outlives the journey; its timers still run."""

BEGUN_AGAIN: dict[str, tuple[str, ...]] = {
    "treatment.stopped": ("monitoring",),
    "recollection.ordered": ("scheduling",),
    "remake.ordered": ("manufacture",),
    "replacement.ordered": ("ordering", "matching"),
}
"""Events that send a journey back, and to which stage: the first of these that it has.

Everything that came in that stage and in later ones counts no more, unless it is `lasting`.
"""

ENDINGS = {
    "eligibility.declined": "not-eligible",
    "panel.declined": "not-approved",
    "supply.given_up": "supply-given-up",
    "manufacture.given_up": "manufacture-failed",
    "product.given_up": "product-lost",
    "journey.withdrawn": "withdrawn",
    "journey.completed": "completed",
    "patient.died": "died",
    "follow_up.ended": "follow-up-withdrawn",
    "patient.lost": "lost-to-follow-up",
}
"""Events after which a journey is over, and how it ended. The first ending stays."""

LOST = "lost-to-follow-up"
"""The one end after which somebody may be found again, or found to have died."""

REOPENED = frozenset({"patient.found"})
"""Events after which a journey that had ended goes on where it was."""
