"""Late entries are pointed out; what the engine notes is never one."""

from datetime import UTC, datetime, timedelta

import pytest

from atmpflow.rules.late_entry import LATE, is_late

AT = datetime(2026, 3, 1, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("role", "after", "late"),
    [
        ("coordinator", timedelta(0), False),
        ("coordinator", timedelta(hours=24), False),
        ("coordinator", timedelta(hours=24, seconds=1), True),
        ("courier", timedelta(days=30), True),
        ("system", timedelta(days=30), False),
    ],
)
def test_an_entry_of_a_person_is_late_after_a_day(role: str, after: timedelta, *, late: bool):
    assert timedelta(hours=24) == LATE
    assert is_late(role, AT, AT + after) == late
