"""Loggers' files: real exports read right, and everything doubtful refused with its place."""

import json
from datetime import UTC, datetime, timedelta
from math import floor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atmpflow.errors import Refused
from atmpflow.products.spec import Band
from atmpflow.rules.device import disagreements, times_beyond
from atmpflow.rules.kinetic import mean_kinetic_c
from atmpflow.rules.units import celsius_of, looks_like_fahrenheit
from models.reading import Readings
from tasks.loggers.log import LoggerLog
from tasks.loggers.mapped import FOLDER, format_named, formats, read_mapped
from tasks.loggers.reader import read_log
from tasks.loggers.regular import regular

REAL = Path(__file__).resolve().parents[3] / "shared" / "data" / "temperature"
FRIDGE, TRANSPORT = "130500109088_202206081014", "RCPJ00010_02_202211090128"


def _real(name: str) -> bytes:
    file = REAL / name
    if not file.exists():
        pytest.skip("the real logger exports are not beside the project")
    return file.read_bytes()


def _refused(content: str, *, zone: str = "UTC", format: str = "plain") -> Refused:
    with pytest.raises(Refused) as refused:
        read_log(content.encode(), zone=zone, format=format)
    return refused.value


@pytest.mark.parametrize("name", [FRIDGE, TRANSPORT])
def test_a_real_export_says_the_same_as_text_and_as_csv(name: str):
    text = read_log(_real(f"{name}.txt"), zone="UTC")
    table = read_log(_real(f"{name}.csv"), zone="UTC")
    assert list(text.readings) == list(table.readings)
    assert len(text.readings) > 100


def test_the_device_names_itself_its_interval_and_its_zone():
    fridge, transport = (
        read_log(_real(f"{n}.txt"), zone="Asia/Tokyo") for n in (FRIDGE, TRANSPORT)
    )
    assert (fridge.serial, fridge.interval_s, fridge.unit, fridge.zone) == (
        "130500109088", 300, "C", "UTC",
    )  # fmt: skip
    assert (transport.serial, transport.interval_s) == ("RCPJ00010", 600)
    assert fridge.sensor and transport.sensor  # noqa: PT018
    assert next(iter(transport.readings))[0] == datetime(2022, 11, 8, 4, 49, tzinfo=UTC)


def _weighted(log: LoggerLog) -> list[tuple[float, float]]:
    """Each reading equally, as the device does."""
    return [(celsius, 1.0) for _, celsius in log.readings if celsius is not None]


def test_the_mean_kinetic_temperature_is_the_devices_own_to_its_rounding():
    log = read_log(_real(f"{TRANSPORT}.txt"), zone="UTC")
    said = log.device
    assert said.mean_kinetic_c is not None
    assert said.energy_kj_per_mol is not None
    ours = mean_kinetic_c(_weighted(log), said.energy_kj_per_mol)
    assert floor(ours * 10) / 10 == said.mean_kinetic_c  # the device truncates
    celsius = [value for value, _ in _weighted(log)]
    assert floor(sum(celsius) / len(celsius) * 10) / 10 == said.mean_c
    assert min(celsius) == said.lowest_c


def _minutes(log: LoggerLog) -> list[tuple[float, float | None]]:
    return [(at.timestamp() / 60, celsius) for at, celsius in log.readings]


@pytest.mark.parametrize("name", [FRIDGE, TRANSPORT])
def test_our_minutes_extremes_and_means_are_the_devices_to_its_rounding(name: str):
    log = read_log(_real(f"{name}.txt"), zone="UTC")
    assert log.device.alarms
    assert log.interval_s is not None
    assert disagreements(log.device, _minutes(log), log.interval_s / 60) == ()
    for alarm in log.device.alarms:
        ours = sum(times_beyond(alarm, _minutes(log), log.interval_s / 60))
        assert (ours > 0) == (alarm.minutes > 0) or alarm.single


@pytest.mark.parametrize("name", [FRIDGE, TRANSPORT])
def test_a_device_that_says_otherwise_than_its_readings_is_noticed(name: str):
    log = read_log(_real(f"{name}.txt"), zone="UTC")
    assert log.interval_s is not None
    warmer = [(at, None if celsius is None else celsius + 9) for at, celsius in _minutes(log)]
    found = disagreements(log.device, warmer, log.interval_s / 60)
    assert found
    assert all(one.startswith("device: ") and len(one) <= 120 for one in found)


def test_known_answers_of_the_mean_kinetic_temperature():
    known = json.loads(_real("mkt-known-answers.json"))
    for one in known["peer_unit_tests"]:
        ours = mean_kinetic_c((celsius, 1.0) for celsius in one["temps_C"])
        assert ours == pytest.approx(one["mkt_C"], abs=0.01)


@given(st.lists(st.floats(-40, 60), min_size=1, max_size=50))
def test_the_mean_kinetic_temperature_lies_between_mean_and_maximum(celsius: list[float]):
    kinetic = mean_kinetic_c((one, 1.0) for one in celsius)
    assert sum(celsius) / len(celsius) - 1e-6 <= kinetic <= max(celsius) + 1e-6


def test_a_mean_of_nothing_is_an_error():
    with pytest.raises(ValueError, match="at least one"):
        mean_kinetic_c([])


@pytest.mark.parametrize(
    ("content", "place"),
    [
        ("timestamp,temp_c\n2026-03-01 09:30,5.0\n2026-03-01 09:30,5.1\n", "timestamp"),
        ("timestamp,temp_c\n2026-03-01 09:30,5,1\n", ""),
        ('timestamp,temp_c\n2026-03-01 09:30,"5,1"\n', "row 2, temp_c"),
        ("timestamp,temp_c\n2026-13-01 09:30,5.1\n", "row 2, timestamp"),
        ("timestamp,temp_c\n2026-03-01 09:30,5.1\nyesterday,5.1\n", "row 3, timestamp"),
        ("timestamp,temp_c\n2026-03-01 09:30,-300\n", "row 2, temp_c"),
        ("timestamp,temp_c\n2026-03-01 09:30,300\n", "row 2, temp_c"),
        ("timestamp,temp_c\n2026-03-01 09:30,nan\n", "row 2, temp_c"),
        ("timestamp,temp_c\n2026-03-01 09:30\n", "row 2"),
        ("time,temp_c\n2026-03-01 09:30,5\n", "file"),
        ("", "file"),
    ],
)
def test_what_is_doubtful_is_refused_with_its_place(content: str, place: str):
    if not place:  # a third cell is no temperature: what stands in the second is read
        assert next(iter(read_log(content.encode(), zone="UTC").readings))[1] == 5.0
        return
    refused = _refused(content)
    assert refused.code == "logger-file-invalid"
    assert refused.field == place
    assert refused.remedy


def test_a_temperature_no_celsius_can_have_is_asked_about_its_unit():
    assert "Fahrenheit" in _refused("timestamp,temp_c\n2026-03-01 09:30,-320\n").remedy


def test_fahrenheit_is_converted_where_the_file_is_described_so():
    log = read_log(
        b"timestamp,temp_f\n2026-03-01 09:30,41.0\n", zone="UTC", format="plain-fahrenheit"
    )
    assert (log.unit, next(iter(log.readings))[1]) == ("F", 5.0)


def test_decimal_commas_and_days_first_are_read_where_the_file_is_described_so():
    text = "Zeit;Temperatur\n01.03.2026 09:30;-151,2\n01.03.2026 09:35;\n"
    log = read_log(text.encode(), zone="Europe/Berlin", format="continental")
    assert list(log.readings) == [
        (datetime(2026, 3, 1, 8, 30, tzinfo=UTC), -151.2),
        (datetime(2026, 3, 1, 8, 35, tzinfo=UTC), None),
    ]


def test_an_hour_that_the_clocks_skipped_is_refused_and_the_hour_that_came_twice_is_too():
    skipped = "timestamp,temp_c\n2026-03-29 01:30,5.0\n"
    assert _refused(skipped, zone="Europe/London").field == "row 2, timestamp"
    twice = "timestamp,temp_c\n2026-10-25 01:30,5.0\n2026-10-25 01:30,5.1\n"
    assert _refused(twice, zone="Europe/London").field == "timestamp"


def test_a_zone_and_a_format_must_exist():
    assert _refused("timestamp,temp_c\n", zone="Mars/Olympus").field == "zone"
    unknown = _refused("timestamp,temp_c\n", format="unheard-of")
    assert unknown.field == "format"
    assert "plain" in unknown.remedy


def test_a_new_kind_of_csv_is_one_data_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "mine.toml").write_text(
        'name = "mine"\ntitle = "ours"\ntimestamp = "T"\ntemperature = "C"\nunit = "C"\n'
        'zone = "UTC"\nserial = "S"\n'
    )
    monkeypatch.setenv(FOLDER, str(tmp_path))
    formats.cache_clear()
    try:
        log = read_log(b"S,T,C\nL-7,2026-03-01 09:30,4.5\n", zone="Asia/Tokyo", format="mine")
    finally:
        formats.cache_clear()
    assert (log.serial, log.zone) == ("L-7", "UTC")
    assert list(log.readings) == [(datetime(2026, 3, 1, 9, 30, tzinfo=UTC), 4.5)]


MOMENT = datetime(2026, 1, 1, tzinfo=UTC)
ROWS = st.lists(
    st.tuples(st.integers(1, 1000), st.decimals(-200, 90, places=1)), min_size=1, max_size=40
)


@given(ROWS)
def test_the_quick_way_reads_what_the_careful_way_reads(steps: list[tuple[int, object]]):
    at, lines = MOMENT, ["timestamp,temp_c"]
    for minutes, celsius in steps:
        at += timedelta(minutes=minutes)
        lines.append(f"{at:%Y-%m-%d %H:%M},{celsius}")
    text = "\n".join(lines) + "\n"
    quick = regular(text)
    assert quick is not None
    careful = read_mapped(text, format_named("plain"), "Etc/UTC")
    assert list(quick) == list(careful.readings)


@given(st.text(max_size=60))
def test_no_text_at_all_is_a_crash(text: str):
    codes: set[str] = set()
    for content in (text, "timestamp,temp_c\n" + text, "Device: Q-tag\nConf:\n" + text):
        try:
            read_log(content.encode("utf-8", "surrogatepass"), zone="UTC")
        except Refused as refused:
            codes.add(refused.code)
    assert codes <= {"logger-file-invalid"}


FRIDGE_BAND = Band(low_c=2, high_c=8, stability_budget_min=0, source="a test of ours")
COLD_BAND = Band(low_c=None, high_c=-150, stability_budget_min=0, source="a test of ours")


def test_fahrenheit_taken_for_celsius_is_noticed():
    fahrenheit = [41.0, 40.1, 39.7, 42.3]
    assert looks_like_fahrenheit(fahrenheit, FRIDGE_BAND)
    assert not looks_like_fahrenheit([celsius_of(one) for one in fahrenheit], FRIDGE_BAND)
    assert not looks_like_fahrenheit([25.0, 26.0], FRIDGE_BAND)
    assert not looks_like_fahrenheit(fahrenheit, COLD_BAND)
    assert not looks_like_fahrenheit([], FRIDGE_BAND)


@given(st.lists(st.floats(2, 8), min_size=1))
def test_what_is_in_its_band_is_never_taken_for_another_unit(celsius: list[float]):
    assert not looks_like_fahrenheit(celsius, FRIDGE_BAND)


def test_rows_become_columns_and_rows_again():
    rows = [(MOMENT, 1.5), (MOMENT + timedelta(seconds=1.25), None)]
    assert list(Readings.of(rows)) == rows
