"""Real exports judged in the database: minutes, mean kinetic temperature, gaps, what is cited."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import pairwise
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from atmpflow.products.spec import Band
from atmpflow.rules.cold_chain import Findings, judge_leg
from atmpflow.rules.device import Alarm, times_beyond
from atmpflow.rules.kinetic import mean_kinetic_c
from atmpflow.rules.stretches import Read, lost_min, stretches
from models.database import Connection
from models.judging import Leg, findings
from models.reading import Readings, copy_readings, keep_file
from models.shipment import LoggerFile
from tasks.cold_chain import with_device
from tasks.loggers.log import LoggerLog
from tasks.loggers.reader import read_log
from tests.conftest import Database
from tests.tasks.test_loggers import FRIDGE, TRANSPORT, _minutes, _real
from tests.wording import against

ENERGY = {FRIDGE: 83.144, TRANSPORT: 83.0}
MINUTE = timedelta(minutes=1)


@pytest.fixture
def connection(database: Database) -> Iterator[Connection]:
    """A transaction that leaves nothing behind; shipments need no journey in it."""
    with database.owner.connect() as held:
        raw = held.connection.driver_connection
        assert raw is not None
        raw.execute("ALTER TABLE logger_file DROP CONSTRAINT fk_logger_file_shipment_id")
        yield raw
        held.rollback()


def _kept(connection: Connection, log: LoggerLog, content: bytes) -> Leg:
    """The file as it is taken in; the leg from its first to its last reading."""
    shipment = uuid4()
    file = LoggerFile(
        sha256=sha256(content).digest(),
        shipment_id=shipment,
        logger="L-1",
        content=content,
        received_at=datetime.now(UTC),
        format=log.format,
        interval_s=log.interval_s,
    )
    number = keep_file(connection, file)
    assert number is not None
    copy_readings(connection, number, log.readings)
    rows = [at for at, _ in log.readings]
    return Leg(shipment, file.sha256, rows[0], rows[-1])


def _band(alarms: tuple[Alarm, ...], energy: float) -> Band:
    low, high = (next(a.limit_c for a in alarms if a.above is side) for side in (False, True))
    return Band(low_c=low, high_c=high, source="the device", activation_kj_per_mol=energy)


@pytest.fixture(params=[FRIDGE, TRANSPORT])
def judged(request: pytest.FixtureRequest, connection: Connection) -> tuple[LoggerLog, Findings]:
    content = _real(f"{request.param}.txt")
    log = read_log(content, zone="UTC")
    leg = _kept(connection, log, content)
    found = findings(connection, leg, _band(log.device.alarms, ENERGY[request.param]))
    return log, with_device(found, log, leg)


def test_the_verdict_has_the_devices_minutes_and_alarms_to_its_rounding(
    judged: tuple[LoggerLog, Findings],
):
    log, found = judged
    assert log.interval_s is not None
    counted = [alarm for alarm in log.device.alarms if not alarm.single]
    times = [times_beyond(one, _minutes(log), log.interval_s / 60) for one in counted]
    slack = sum(len(some) + 1 for some in times) * log.interval_s / 60
    assert abs(found.minutes_outside - sum(map(sum, times))) <= 0.01 + _silent_min(log)
    assert abs(found.minutes_outside - sum(one.minutes for one in counted)) <= (
        slack + _silent_min(log)
    )
    assert found.against_device == ()
    reasons = against(judge_leg(found, _band(log.device.alarms, 83)))
    assert "excursion" in reasons
    assert "device-disagrees" not in reasons


def _silent_min(log: LoggerLog) -> float:
    """Minutes that we count to the last reading before a silence, and the device does not."""
    assert log.interval_s is not None
    allowed = 2 * log.interval_s / 60
    minutes = [at for at, _ in _minutes(log)]
    return sum(max(after - at - allowed, 0) for at, after in pairwise(minutes))


def test_the_verdict_cites_the_first_and_last_reading_of_each_excursion(
    judged: tuple[LoggerLog, Findings],
):
    log, found = judged
    rows = dict(log.readings)
    assert found.file is not None
    assert found.stretches >= len(found.cites) > 0
    for one in found.cites:
        assert one.since in rows
        assert one.until in rows
        if one.kind == "excursion":
            between = [
                c for at, c in rows.items() if c is not None and one.since <= at <= one.until
            ]
            assert one.worst_c in (min(between), max(between))
            assert one.readings == len(between)


def test_the_mean_kinetic_temperature_of_a_real_leg_is_the_known_answer(connection: Connection):
    content = _real(f"{TRANSPORT}.txt")
    log = read_log(content, zone="UTC")
    known = json.loads(_real("mkt-known-answers.json"))["device_computed"]
    (wanted,) = (one for one in known if TRANSPORT in one["file"])
    leg = _kept(connection, log, content)
    until = leg.until + timedelta(minutes=10)  # the last reading stands for an interval too
    band = _band(log.device.alarms, wanted["dH_kJ_per_mol"])
    found = findings(connection, Leg(leg.shipment, leg.file_sha256, leg.since, until), band)
    assert found.mean_kinetic_c == pytest.approx(wanted["recomputed_MKT_C"], abs=0.01)
    ours = mean_kinetic_c(((c, 1.0) for _, c in log.readings if c is not None), 83.0)
    assert ours == pytest.approx(wanted["recomputed_MKT_C"], abs=0.01)


BEGAN = datetime(2026, 3, 1, tzinfo=UTC)
BAND = Band(low_c=2, high_c=8, source="a stability report")
LEGS = st.lists(
    st.tuples(st.integers(1, 30), st.none() | st.integers(-30, 150)), min_size=2, max_size=40
)


@given(LEGS, st.integers(0, 60), st.integers(0, 60))
@settings(
    max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
def test_the_database_and_the_rule_count_the_same(
    connection: Connection, steps: list[tuple[int, int | None]], early: int, late: int
):
    at, rows = BEGAN, list[Read]()
    for minutes, tenths in steps:
        at += minutes * MINUTE
        rows.append((at, None if tenths is None else tenths / 10))
    log = LoggerLog("plain", "C", "UTC", Readings.of(rows), interval_s=300)
    kept = _kept(connection, log, uuid4().bytes)
    leg = Leg(kept.shipment, kept.file_sha256, kept.since - early * MINUTE, at + late * MINUTE)
    found = findings(connection, leg, BAND)
    ends = [*(one for one, _ in rows[1:]), leg.until]
    outside = [
        end - one
        for (one, celsius), end in zip(rows, ends, strict=True)
        if celsius is not None and not BAND.holds(celsius)
    ]
    assert found.minutes_outside == pytest.approx(sum(outside, timedelta()) / MINUTE)
    assert found.lost_min == pytest.approx(lost_min(rows, leg.until))
    gaps = [one for one in found.cites if one.kind == "gap"]
    assert bool(gaps) == (found.longest_gap_min > 10)
    assert found.stretches == len(stretches(rows, BAND, leg.since, leg.until, interval_s=300))


@pytest.mark.parametrize("lost", [(0, 4), (5, 9), (16, 20)], ids=["start", "middle", "end"])
def test_a_gap_at_the_start_the_middle_or_the_end_puts_the_unit_on_hold(
    connection: Connection, lost: tuple[int, int]
):
    rows: list[Read] = [
        (BEGAN + index * 5 * MINUTE, 5.0) for index in range(20) if not lost[0] <= index < lost[1]
    ]
    log = LoggerLog("plain", "C", "UTC", Readings.of(rows), interval_s=300)
    kept = _kept(connection, log, uuid4().bytes)
    leg = Leg(kept.shipment, kept.file_sha256, BEGAN, BEGAN + 20 * 5 * MINUTE)
    found = findings(connection, leg, BAND)
    assert "log-gap" in against(judge_leg(found, BAND))
    assert [one.kind for one in found.cites] == ["gap"]


def test_marks_of_lid_and_tilt_on_the_way_put_the_unit_on_hold(connection: Connection):
    content = (
        b"timestamp,temp_c,opened,tilted\n2026-03-01 00:00,5,0,0\n2026-03-01 00:05,5,1,no\n"
        b"2026-03-01 00:10,5,0,35\n2026-03-01 00:15,5,0,\n2026-03-01 00:20,5,1,0\n"
    )
    log = read_log(content, zone="UTC", format="plain-marks")
    assert (len(log.marks.opened), len(log.marks.tilted)) == (2, 1)
    kept = _kept(connection, log, content)
    leg = Leg(kept.shipment, kept.file_sha256, BEGAN, BEGAN + 15 * MINUTE)
    found = with_device(findings(connection, leg, BAND), log, leg)
    assert (found.opened, found.tilted) == (1, 1)
    assert set(against(judge_leg(found, BAND))) == {"shipper-opened", "shipper-tilted"}


def test_a_file_that_is_not_there_is_no_log(connection: Connection):
    leg = Leg(UUID(int=1), b"\0" * 32, BEGAN, BEGAN + MINUTE)
    assert {"no-log", "log-incomplete"} <= set(
        against(judge_leg(findings(connection, leg, BAND), BAND))
    )
