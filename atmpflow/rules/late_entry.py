"""Late entries: what was put on record long after it happened.

Source: MHRA GxP Data Integrity (2018), 6.1 (contemporaneous); 21 CFR 11.10(e).
"""

from datetime import datetime, timedelta

from atmpflow.people import Role

LATE = timedelta(hours=24)
"""An entry that was made so long after it happened is pointed out; our own figure, a working day
and the night after it."""


def is_late(role: str, occurred_at: datetime, recorded_at: datetime) -> bool:
    """Was it entered late? What the engine itself notes happens when it is noted."""
    return role != Role.SYSTEM and recorded_at - occurred_at > LATE
