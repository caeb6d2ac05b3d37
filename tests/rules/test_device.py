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


def test_what_the_device_says_stands_beside_what_its_readings_say():
    said = replace(SAID, lowest_c=4.5, alarms=(replace(WARM, minutes=90),))
    assert disagreements(said, READINGS, 10) == (
        "device: lowest 4.5 C, its readings say 5.00 C",
        "device: 90 min above 8 C, its readings say 30 min",
    )


@pytest.mark.parametrize("side", ["lowest_c", "highest_c"])
@pytest.mark.parametrize(
    ("its", "agrees"), [(0.0, True), (0.04, True), (-0.04, True), (0.05, False), (-0.05, False)]
)
def test_an_extreme_may_be_rounded_to_a_tenth_and_no_more(side: str, its: float, *, agrees: bool):
    found = disagreements(DeviceSays(**{side: its}), [(0, 0.0), (10, 0.0)], 10)
    assert (found == ()) is agrees


@pytest.mark.parametrize(
    ("its", "agrees"),
    [(6.6, False), (6.7, True), (6.75, False), (6.8, True), (6.9, False), (7.0, False)],
)
def test_a_mean_may_be_cut_or_rounded_to_a_tenth_and_nothing_between(its: float, *, agrees: bool):
    readings = [(0.0, 6.7), (10.0, 6.86)]  # 6.78 on average
    assert (disagreements(DeviceSays(mean_c=its), readings, 10) == ()) is agrees


@pytest.mark.parametrize(
    ("energy", "its", "agrees"),
    [
        (None, 33.5, True),
        (83.144, 33.5, True),
        (10.0, 23.6, True),
        (10.0, 33.5, False),
        (None, 23.6, False),
    ],
)
def test_a_mean_kinetic_temperature_is_computed_with_the_energy_that_the_device_took(
    energy: float | None, its: float, *, agrees: bool
):
    said = DeviceSays(mean_kinetic_c=its, energy_kj_per_mol=energy)
    assert (disagreements(said, [(0, 5.0), (10, 40.0)], 10) == ()) is agrees


@pytest.mark.parametrize(
    ("alarm", "celsius", "is_beyond"),
    [
        (WARM, 8.0, False),
        (WARM, 8.1, True),
        (Alarm(2, above=False, minutes=0), 2.0, False),
        (Alarm(2, above=False, minutes=0), 1.9, True),
        (WARM, None, False),
    ],
)
def test_the_limit_itself_is_not_beyond_it(alarm: Alarm, celsius: float | None, *, is_beyond: bool):
    assert alarm.beyond(celsius) is is_beyond


@pytest.mark.parametrize(("minutes", "agrees"), [(70, True), (70.1, False)])
def test_each_single_event_may_have_lasted_two_intervals_longer(minutes: float, *, agrees: bool):
    single = DeviceSays(alarms=(replace(WARM, minutes=minutes, single=True),))
    assert (disagreements(single, READINGS, 10) == ()) is agrees


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
