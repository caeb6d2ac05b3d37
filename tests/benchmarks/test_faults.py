"""The head-to-head of faults: its parts without an outage, and atmpflow's column in a short run."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest

from benchmarks.faults.course import Deadlines, Measured, Sent, batches
from benchmarks.faults.ours import waiting_journeys
from benchmarks.faults.outage import outage
from benchmarks.faults.plan import SIZE, plan
from benchmarks.faults.report import figures
from benchmarks.faults.sender import spread
from benchmarks.faults.side import Counted, settled
from benchmarks.faults.table import table
from benchmarks.figures import Result
from desk.simulation.step import present
from models.database import transaction
from tests.benchmarks.test_benchmarks import measured
from tests.conftest import Database

SHORT = plan(20)
ALL = Counted(stored=20, acted=20, twice=0, triggered=20)
NONE = Counted(stored=2, acted=0, twice=0, triggered=0)


def went(events: Counted, fired: int, doubled: int) -> Measured:
    """What a side went through, where every fault had the same end."""
    sent = Sent(20, 20, events, away_s=6)
    of_five = Counted(stored=fired, acted=fired, twice=0, triggered=fired)
    deadlines = Deadlines(5, of_five, away_s=50, late_s=30)
    return Measured(sent, deadlines, sent, sent, deadlines, doubled)


def within(ours: Measured) -> dict[str, bool | None]:
    found = figures(SHORT, ours=ours, theirs=went(NONE, 0, 2))
    return {one.name: one.within for one in found if one.within is not None}


def test_what_the_page_says_is_what_the_default_size_does() -> None:
    whole = plan(SIZE)
    assert (whole.events, whole.control) == (200, 50)
    assert (whole.short_s, whole.long_s, whole.server_s) == (10, 60, 150)
    assert (whole.deadlines, whole.deadline_s, whole.trials) == (5, 30, 6)


@pytest.mark.parametrize("size", [1, 20, SIZE, 1000])
def test_every_deadline_falls_into_the_outage_of_the_server(size: int) -> None:
    assert plan(size).server_s > plan(size).deadline_s
    assert sum(batches(plan(size)).values()) == (
        2 * size + plan(size).control + 2 * plan(size).deadlines + plan(size).trials
    )


def test_all_limits_are_kept_where_nothing_was_lost_and_nothing_came_twice() -> None:
    kept = within(went(ALL, 5, 0))
    assert set(kept.values()) == {True}
    assert {"short_acted", "long_acted", "outage_fired", "doubled"} <= set(kept)


@pytest.mark.parametrize(
    ("ours", "broken"),
    [
        (went(replace(ALL, acted=19), 5, 0), "long_acted"),
        (went(replace(ALL, stored=19), 5, 0), "short_stored"),
        (went(replace(ALL, twice=1), 5, 0), "control_twice"),
        (went(ALL, 4, 0), "outage_fired"),
        (went(ALL, 5, 1), "doubled"),
    ],
)
def test_one_event_that_is_lost_or_comes_twice_breaks_a_limit(ours: Measured, broken: str) -> None:
    assert within(ours)[broken] is False


def test_events_that_were_not_sent_during_the_outage_break_a_limit() -> None:
    early = Sent(20, 19, ALL, away_s=6)
    ours = replace(went(ALL, 5, 0), short=early)
    assert within(ours)["short_kept"] is False


def test_the_table_has_both_columns_for_every_fault() -> None:
    found = figures(SHORT, ours=went(ALL, 5, 0), theirs=went(NONE, 0, 2))
    shown = table(Result("faults", 20, found))
    columns = {str(one.header): list(one.cells) for one in shown.columns}
    assert columns["plain Prefect"] == [*["2/20", "0/20"] * 3, *["0/5"] * 4, "2/2"]
    assert columns["atmpflow"] == [*["20/20"] * 6, *["5/5"] * 4, "0/2"]
    assert set(columns["kept to"]) == {"yes"}


class Part:
    """Something that can be away."""

    def __init__(self, *, stops: bool = True) -> None:
        self.there = True
        self.stops = stops

    def stop(self) -> None:
        self.there = not self.stops

    def start(self) -> None:
        self.there = True


def away(part: Part, seconds: float) -> Any:
    return outage(part.stop, part.start, lambda: part.there, seconds=seconds)


def test_an_outage_lasts_as_long_as_asked_and_ends() -> None:
    part = Part()
    began = time.monotonic()
    with away(part, 0.3) as found:
        assert not part.there
    assert part.there
    assert time.monotonic() - began >= 0.3
    assert (found.found, found.missed >= 1, found.seconds >= 0.3) == (0, True, True)


def test_a_fault_that_did_not_happen_fails_the_run() -> None:
    with pytest.raises(AssertionError, match="should have been away"), away(Part(stops=False), 0.1):
        pass


def test_an_outage_ends_when_what_runs_in_it_fails() -> None:
    part = Part()
    with pytest.raises(ZeroDivisionError), away(part, 60):
        raise ZeroDivisionError
    assert part.there


def test_events_are_sent_evenly_and_what_was_kept_is_counted() -> None:
    sent: list[float] = []

    def send(event: str, label: str) -> bool:
        sent.append(time.monotonic())
        return label == "b"

    told = spread(send, {"event": "any", "labels": ["a", "b", "c"], "over_s": 0.3})
    assert told == {"sent": 3, "kept": 1}
    assert 0.15 <= sent[-1] - sent[0] <= 0.35


def test_what_comes_late_is_waited_for_and_what_never_comes_is_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("benchmarks.faults.side.LINGER_S", 0)
    monkeypatch.setattr("benchmarks.faults.side.LOOK_EVERY_S", 0.01)
    seen: Iterator[int] = iter([0, 1, 2, 2])
    assert settled(lambda: replace(NONE, acted=next(seen)), 2, quiet_s=5).acted == 2
    assert settled(lambda: replace(NONE, acted=1), 2, quiet_s=0.1).acted == 1


def test_the_journeys_wait_for_the_physician_and_nothing_of_theirs_is_due(
    own_database: Database,
) -> None:
    made = waiting_journeys(own_database.app, {"a": 2, "b": 1})
    journeys: Sequence[Any] = [one for batch in made.values() for one in batch]
    assert (len(made["a"]), len(set(journeys))) == (2, 3)
    for journey in journeys:
        facts = present(own_database.app, journey)
        assert facts.step is not None
        assert facts.step.command.name == "confirm-eligibility"
    with transaction(own_database.app) as connection:
        due = "SELECT count(*) FROM timer WHERE fired_at IS NULL AND cancelled_at IS NULL"
        row: Any = connection.execute(f"{due} AND due_at < now()".encode()).fetchone()
    assert row[0] == 0


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_atmpflow_loses_nothing_and_does_nothing_twice() -> None:
    found = measured("faults", 20)
    limits = found["limits"]
    assert {name for name, one in limits.items() if not one["within"]} == set()
    figures = found["figures"]
    for fault in ("control", "short", "long"):
        assert (figures[f"{fault}_stored"], figures[f"{fault}_acted"]) == (20, 20)
        assert figures[f"{fault}_twice"] == 0
    assert (figures["outage_fired"], figures["outage_answered"], figures["doubled"]) == (5, 5, 0)
    # The faults happened: the client met them, and the peer at least ran each thing twice.
    assert (figures["short_kept"], figures["long_kept"]) == (20, 20)
    assert figures["prefect_doubled"] == figures["trials"] == 2
