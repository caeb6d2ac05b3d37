"""Which visits does the follow-up plan owe, and when?"""

from datetime import UTC, datetime, timedelta

from atmpflow.events.after import Visit
from atmpflow.products.spec import FollowUp


def plan_visits(plan: FollowUp, first_dose_at: datetime) -> tuple[Visit, ...]:
    """Every visit of the plan, counted in days from the first dose, in UTC."""
    first = first_dose_at.astimezone(UTC)
    return tuple(Visit(day=day, due_at=first + timedelta(days=day)) for day in plan.visits_day)
