"""Was everything tried to reach a patient who does not come?

Source: operational default; regulations ask for follow-up (Reg. (EC) 1394/2007 Art. 14; EMA
guideline on follow-up of patients given gene therapy) and leave the attempts to the plan.
"""

from datetime import datetime, timedelta

from atmpflow.events.after import FollowUpRecorded, MonitoringCompleted
from atmpflow.events.contact import ContactAttempted, PatientFound
from atmpflow.journey import Facts, Recorded
from atmpflow.verdict import Reason, Verdict, verdict

SOURCE = "operational default: attempts before somebody is lost to follow-up"
ATTEMPTS, WAYS = 4, 3
ASKED = ("gp", "registry")
PERIOD = timedelta(days=28)
"""At least so many attempts, in so many ways, with these asked, over such a time."""


def silent_since(facts: Facts) -> datetime:
    """When the patient was last heard of."""
    heard = [
        row.occurred_at for row in (*facts.rows(MonitoringCompleted), *facts.rows(PatientFound))
    ]
    heard += [
        row.occurred_at for row, event in facts.all(FollowUpRecorded) if event.alive is not None
    ]
    heard += [
        row.occurred_at for row, event in facts.all(ContactAttempted) if event.outcome == "reached"
    ]
    return max(heard, default=facts.history[0].occurred_at)


def attempts(facts: Facts) -> tuple[tuple[Recorded, ContactAttempted], ...]:
    """Every attempt since the patient was last heard of."""
    since = silent_since(facts)
    return tuple(
        (row, event)
        for row, event in facts.all(ContactAttempted)
        if event.outcome != "reached" and row.occurred_at > since
    )


def judge_lost(facts: Facts, at: datetime, *, due_at: datetime | None) -> Verdict:
    """Enough attempts, in enough ways, over enough time, of a visit that is overdue."""
    tried = attempts(facts)
    ways = {event.way for _, event in tried}
    times = [row.occurred_at for row, _ in tried]
    lasted = max(times) - min(times) if times else timedelta(0)
    return verdict(
        (
            Reason("no-visit-missed", "the next visit is not due", SOURCE)
            if due_at is None or due_at > at
            else None,
            Reason("attempts-few", f"{len(tried)} of {ATTEMPTS}", SOURCE)
            if len(tried) < ATTEMPTS
            else None,
            Reason("ways-few", f"{len(ways)} of {WAYS}", SOURCE) if len(ways) < WAYS else None,
            *(None if one in ways else Reason("not-asked", one, SOURCE) for one in ASKED),
            Reason("too-soon", f"{lasted.days} of {PERIOD.days} days", SOURCE)
            if lasted < PERIOD
            else None,
        )
    )
