"""However many readings there are, the extreme of each excursion is drawn."""

from datetime import UTC, datetime, timedelta

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from atmpflow.products.spec import Band
from atmpflow.rules.stretches import stretches
from models.reading import Readings
from tasks.pictures.temperature import spans
from tasks.pictures.thinned import COLUMNS, drawn

START = datetime(2026, 3, 28, 12, tzinfo=UTC)
BAND = Band(low_c=2, high_c=8, source="a stability report")

SPIKES = st.lists(
    st.tuples(
        st.integers(0, 2_990),
        st.integers(1, 9),
        st.sampled_from([-40.0, 1.5, 8.5, 9.0, 9.1, 40.0, None]),
    ),
    max_size=60,
)


@given(spikes=SPIKES)
def test_no_excursion_and_no_lost_sensor_vanishes_in_a_narrow_picture(
    spikes: list[tuple[int, int, float | None]],
):
    celsius: list[float | None] = [5.0] * 3_000
    for at, lasts, degrees in spikes:
        celsius[at : at + lasts] = [
            None if degrees is None else degrees + place / 100 for place in range(lasts)
        ]
    rows = [(START + timedelta(seconds=30 * n), value) for n, value in enumerate(celsius)]
    until = rows[-1][0]
    found = stretches(rows, BAND, START, until, interval_s=30)
    read = Readings.of(rows)
    places = drawn(read.at_us, read.celsius, spans(found))
    assert len(places) <= 4 * COLUMNS + 10 * len(found) + 4
    shown = {rows[place][0]: rows[place][1] for place in places.tolist()}
    assert {rows[0][0], until} <= set(shown)
    for one in found:
        inside = [value for at, value in shown.items() if one.since <= at <= one.until]
        if one.kind == "excursion":
            assert one.worst_c in inside
        else:
            assert None in inside
    assert np.all(np.diff(places) > 0)


@given(length=st.integers(0, 4 * COLUMNS))
def test_few_readings_are_all_drawn(length: int):
    at = np.arange(length, dtype=np.int64)
    assert drawn(at, np.zeros(length), []).tolist() == list(range(length))
