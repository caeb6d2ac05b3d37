"""A logger's file is read in Celsius and in the zone of its clock, or refused with its row."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atmpflow.errors import Refused
from models.reading import Row
from tasks.logger import LoggerExport, read_export
from tests.wording import code_of

HEADER = "timestamp,temp_c\n"


def _read(rows: str, *, zone: str = "UTC", header: str = HEADER) -> list[Row]:
    export = LoggerExport((header + rows).encode(), "log.csv", "L-1", zone)
    return list(read_export(export).readings)


def _refused(rows: str, *, zone: str = "UTC", header: str = HEADER) -> Refused:
    with pytest.raises(Refused) as refused:
        _read(rows, zone=zone, header=header)
    assert code_of(refused.value) == "logger-file-invalid"
    return refused.value


@pytest.mark.parametrize("celsius", ["-273.16", "100.1", "-459.67", "NaN", "inf", "-1e309"])
def test_what_no_sensor_measures_in_celsius_is_refused_with_its_row(celsius: str):
    """-459.67 is absolute zero in Fahrenheit: such a file is in other units."""
    rows = f"2026-03-01 09:00,-151.0\n2026-03-01 09:05,{celsius}\n"
    assert _refused(rows).field == "row 3, temp_c"


@given(st.floats(-273.15, 100))
def test_every_possible_temperature_is_kept_as_it_is(celsius: float):
    assert _read(f"2026-03-01T09:00Z,{celsius!r}\n")[0][1] == celsius


def test_an_empty_temperature_is_a_disconnected_sensor_not_a_number():
    assert _read("2026-03-01 09:00,\n") == [(datetime(2026, 3, 1, 9, tzinfo=UTC), None)]


@pytest.mark.parametrize(
    ("written", "zone", "hour"),
    [
        ("2026-07-01 09:00", "UTC", 9),
        ("2026-07-01 09:00", "Europe/London", 8),
        ("2026-01-01 09:00", "Europe/London", 9),
        ("2026-07-01 09:00", "Europe/Berlin", 7),
        ("2026-07-01T09:00+05:00", "Europe/Berlin", 4),
    ],
)
def test_local_times_of_a_logger_become_utc(written: str, zone: str, hour: int):
    ((at, _),) = _read(f"{written},-151.0\n", zone=zone)
    assert (at.tzinfo, at.hour, at.minute) == (UTC, hour, 0)


def test_readings_come_in_order_of_time():
    rows = _read("2026-03-01 09:10,2\n2026-03-01 09:00,1\n")
    assert [celsius for _, celsius in rows] == [1, 2]


@pytest.mark.parametrize(
    ("rows", "zone", "header", "field"),
    [
        ("yesterday,2\n", "UTC", HEADER, "row 2, timestamp"),
        ("2026-03-01 09:00,warm\n", "UTC", HEADER, "row 2, temp_c"),
        ("2026-03-01 09:00,2\n2026-03-01T09:00Z,3\n", "UTC", HEADER, "timestamp"),
        ("", "UTC", "time,temp_f\n", "file"),
        ("2026-03-01 09:00,2\n", "Europe/Atlantis", HEADER, "zone"),
    ],
)
def test_what_cannot_be_read_is_named(rows: str, zone: str, header: str, field: str):
    assert _refused(rows, zone=zone, header=header).field == field
