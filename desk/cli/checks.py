"""What a check of the doctor answers: how it is, what was found, and what to do about it."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from desk.cli.output import lasting

State = Literal["ok", "warn", "fail"]


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the doctor's report; `remedy` is empty where all is well."""

    name: str
    state: State
    found: str
    remedy: str = ""


def ok(name: str, found: str) -> Check:
    """All is well."""
    return Check(name, "ok", found)


def judged(name: str, found: str, *, well: bool, otherwise: str, state: State = "fail") -> Check:
    """Well, or not and what to do then."""
    return ok(name, found) if well else Check(name, state, found, otherwise)


def lag(name: str, oldest: datetime | None, now: datetime, *, remedy: str) -> Check:
    """How long the oldest has been waiting: a minute is a warning, five are a failure."""
    if oldest is None:
        return ok(name, "nothing waits")
    waited = max(now - oldest, timedelta())
    seconds = waited.total_seconds()
    for_long = f"{seconds:.0f} s" if seconds < 120 else lasting(seconds / 60)
    found = f"the oldest waits for {for_long}"
    if waited <= timedelta(minutes=1):
        return ok(name, found)
    return Check(name, "fail" if waited > timedelta(minutes=5) else "warn", found, remedy)


def report(checks: Sequence[Check]) -> dict[str, Any]:
    """The whole report as JSON; a warning alone leaves it well."""
    well = all(one.state != "fail" for one in checks)
    return {"ok": well, "checks": [asdict(one) for one in checks]}
