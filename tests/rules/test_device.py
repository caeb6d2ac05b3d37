"""What a logger computed itself is held against its readings, to its rounding."""

from dataclasses import replace

import pytest

from atmpflow.rules.device import Alarm, DeviceSays, Minute, disagreements, times_beyond

READINGS: list[Minute] = [
    (0, 5.0), (10, 9.0), (20, 9.5), (30, 5.0), (40, None), (50, 5.0), (60, 8.5), (70, 5.0),
]  # fmt: skip
WARM = Alarm(8, above=True, minutes=30)
SAID = DeviceSays(lowest_c=5.0, highest_c=9.5, mean_c=6.7, alarms=(WARM,))


def test_a_device_that_is_right_is_not_contradicted():
    assert disagreements(SAID, READINGS, 10) == ()
    assert times_beyond(WARM, READINGS, 10) == [20, 10]


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (replace(SAID, alarms=(replace(WARM, minutes=61),)), "61 min above 8 C"),
        (replace(SAID, alarms=(Alarm(2, above=False, minutes=61),)), "61 min below 2 C"),
        (replace(SAID, lowest_c=4.9), "lowest 4.9 C"),
        (replace(SAID, highest_c=9.6), "highest 9.6 C"),
        (replace(SAID, mean_c=6.8), "mean 6.8 C"),
        (replace(SAID, mean_kinetic_c=6.0), "mean kinetic 6 C"),
        (replace(SAID, alarms=(replace(WARM, minutes=71, single=True),)), "71 min above 8 C"),
    ],
)
def test_each_thing_said_otherwise_is_named(said: DeviceSays, words: str):
    (found,) = disagreements(said, READINGS, 10)
    assert words in found


@pytest.mark.parametrize("minutes", [0, 30, 60])
def test_each_time_may_be_an_interval_longer_or_shorter(minutes: float):
    assert disagreements(DeviceSays(alarms=(replace(WARM, minutes=minutes),)), READINGS, 10) == ()


def test_an_alarm_of_single_events_may_have_counted_none_of_them():
    single = replace(WARM, minutes=0, single=True)
    assert disagreements(DeviceSays(alarms=(single,)), READINGS, 10) == ()


def test_a_silent_stretch_counts_as_two_intervals_at_most():
    assert times_beyond(WARM, [(0, 9.0), (600, 5.0)], 10) == [20]
    below = Alarm(2, above=False, minutes=0)
    assert times_beyond(below, [(0, 1.0), (10, 1.0), (20, 1.0)], 10) == [20]


def test_a_device_that_says_nothing_contradicts_nobody():
    assert disagreements(DeviceSays(), READINGS, 10) == ()
    assert disagreements(SAID, [(0, None)], None) == ()
