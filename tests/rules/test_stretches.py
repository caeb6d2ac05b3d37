"""A verdict cites what it rests on: times outside the band, gaps, and a lost sensor."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atmpflow.events.shipment import Cited
from atmpflow.products.spec import Band
from atmpflow.rules.kinetic import ACTIVATION_KJ_PER_MOL, mean_kinetic_c
from atmpflow.rules.stretches import CITED, Read, cited, kinetic_c, lost_min, stretches

BAND = Band(low_c=2, high_c=8, source="a stability report")
COLD = Band(high_c=-150, source="a stability report")
BEGAN = datetime(2026, 3, 1, 9, tzinfo=UTC)
STEP = timedelta(minutes=5)


def _rows(*celsius: float | None) -> list[Read]:
    return [(BEGAN + index * STEP, value) for index, value in enumerate(celsius)]


def _said(rows: list[Read], band: Band = BAND, after: timedelta = STEP) -> list[tuple[str, int]]:
    """Kinds, and the number of the step at which each begins."""
    until = rows[-1][0] + after if rows else BEGAN + after
    found = stretches(rows, band, BEGAN, until, interval_s=300)
    return [(one.kind, (one.since - BEGAN) // STEP) for one in found]


def test_a_quiet_leg_has_nothing_to_cite():
    assert _said(_rows(2, 5, 8)) == []


def test_each_time_outside_is_cited_from_first_to_last_reading_with_its_worst():
    rows = _rows(5, 8.1, 9.5, 9, 5, 1.5, 0.5, 5)
    above, below = stretches(rows, BAND, BEGAN, rows[-1][0], interval_s=300)
    assert above == Cited(
        kind="excursion", since=rows[1][0], until=rows[3][0], readings=3, worst_c=9.5
    )
    assert (below.since, below.until, below.worst_c) == (rows[5][0], rows[6][0], 0.5)


def test_too_warm_and_at_once_too_cold_are_two_stretches():
    assert _said(_rows(9, 1)) == [("excursion", 0), ("excursion", 1)]


def test_a_lost_sensor_is_a_stretch_of_its_own():
    assert _said(_rows(5, None, None, 5)) == [("lost", 1)]
    assert lost_min(_rows(5, None, None, 5), BEGAN + 4 * STEP) == 10
    assert lost_min(_rows(5, None), BEGAN + 4 * STEP) == 15


@pytest.mark.parametrize(
    ("kept", "begins"),
    [([3, 4, 5, 6], 0), ([0, 1, 5, 6], 1), ([0, 1, 2, 3], 3), ([], 0)],
    ids=["start", "middle", "end", "nothing"],
)
def test_a_gap_is_cited_wherever_it_lies(kept: list[int], begins: int):
    rows = [(BEGAN + index * STEP, 5.0) for index in kept]
    found = stretches(rows, BAND, BEGAN, BEGAN + 6 * STEP, interval_s=300)
    assert [(one.kind, (one.since - BEGAN) // STEP) for one in found] == [("gap", begins)]


def test_of_many_stretches_the_longest_are_cited_in_order_of_time():
    rows = _rows(*[9, 5] * 30, *[9, 9, 5] * 3)
    found = stretches(rows, BAND, BEGAN, rows[-1][0], interval_s=300)
    some = cited(found)
    assert (len(found), len(some)) == (33, CITED)
    assert [one for one in some if one.readings == 2] == found[-3:]
    assert list(some) == sorted(some, key=lambda one: one.since)


@given(st.lists(st.none() | st.floats(-5, 20), max_size=60))
def test_every_reading_outside_is_in_exactly_one_stretch(celsius: list[float | None]):
    rows = _rows(*celsius)
    until = BEGAN + len(rows) * STEP
    found = stretches(rows, BAND, BEGAN, until, interval_s=300)
    bad = [at for at, value in rows if value is None or not BAND.holds(value)]
    runs = [one for one in found if one.kind != "gap"]
    assert [sum(one.since <= at <= one.until for one in runs) for at in bad] == [1] * len(bad)
    assert sum(one.readings for one in runs) == len(bad)
    assert all(not BAND.holds(one.worst_c) for one in runs if one.worst_c is not None)


def test_the_mean_kinetic_temperature_of_a_leg_is_weighted_by_time():
    rows = _rows(20, 40)
    assert kinetic_c(rows, BAND, BEGAN + 2 * STEP) == pytest.approx(34.3579, abs=0.01)
    longer = kinetic_c(rows, BAND, BEGAN + 11 * STEP)
    assert longer == pytest.approx(mean_kinetic_c([(20, 1), (40, 10)]), abs=0.001)


def test_the_energy_is_the_products_own_where_it_is_known():
    assert BAND.activation_kj_per_mol == ACTIVATION_KJ_PER_MOL
    own = BAND.model_copy(update={"activation_kj_per_mol": 120})
    rows, until = _rows(2, 8), BEGAN + 2 * STEP
    warmer, usual = kinetic_c(rows, own, until), kinetic_c(rows, BAND, until)
    assert warmer is not None
    assert usual is not None
    assert warmer > usual


def test_cryogenic_product_and_a_silent_logger_have_no_mean():
    assert kinetic_c(_rows(-160, -155), COLD, BEGAN + 2 * STEP) is None
    assert kinetic_c(_rows(None), BAND, BEGAN + STEP) is None
    assert kinetic_c([], BAND, BEGAN) is None
