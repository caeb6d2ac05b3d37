"""Who should know of a finding, by how grave it is and how long it has been open?

Source: operational default; EU GMP Part I 1.4(xiv) asks that deviations are investigated and acted
on.
"""

from datetime import timedelta

from atmpflow.people import Role

HOUR, DAY = timedelta(hours=1), timedelta(days=1)

LADDER: dict[str, tuple[timedelta, timedelta]] = {
    "critical": (4 * HOUR, DAY),
    "major": (3 * DAY, 7 * DAY),
    "minor": (14 * DAY, 30 * DAY),
}
"""By severity: open for so long, and the compliance officer, then the administrator, is told."""


def level(severity: str, age: timedelta) -> int:
    """0 the owner, 1 the compliance officer too, 2 the administrator too.

    Raises KeyError for a severity that is none.
    """
    return sum(age >= after for after in LADDER[severity])


def told(owner: str, reached: int) -> tuple[str, ...]:
    """Everybody who should know, the owner first and nobody twice."""
    ladder = (owner, Role.COMPLIANCE.value, Role.ADMINISTRATOR.value)
    return tuple(dict.fromkeys(ladder[: reached + 1]))
