"""Readings of loggers under way: what is taken, what is refused and why; nothing is lost."""

import json
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine

from atmpflow.errors import Refused
from atmpflow.events.recovery import BandExitPredicted
from atmpflow.events.shipment import ShipmentAccepted, ShipmentQuarantined, TemperatureLogged
from atmpflow.people import Actor, Role
from models.batches import Became, Sending
from models.database import transaction
from models.replay import replay
from tasks.live.complete import complete_all
from tasks.live.message import Message, read_message
from tasks.live.receive import JSON, receive
from tasks.prediction import watch_shippers
from tasks.verify import verified
from tests.conftest import Database, serving
from tests.factories import engine_steps
from tests.live.samples import (
    COURIER,
    INTERVAL_S,
    STEP,
    Travelling,
    body,
    known,
    new_serial,
    now,
    received,
    travelling,
)
from tests.models.rows import select


def _send(app: Engine, content: bytes | dict[str, Any], **changed: Any) -> Became:
    whole = content if isinstance(content, bytes) else body(content)
    values = {"source": "http", "kind": "json", "actor": COURIER, "format": JSON}
    logger = changed.pop("logger", None)
    values |= {"at": datetime.now(UTC), **changed}
    return receive(app, Sending(content=whole, **values), logger)


def _file(app: Engine, content: bytes, logger: str, **changed: Any) -> Became:
    return _send(app, content, kind="file", format="plain", logger=logger, **changed)


def _kept(app: Engine, content: bytes) -> list[tuple[Any, ...]]:
    query = "SELECT outcome, code, content FROM reading_batch WHERE sha256 = %s ORDER BY number"
    return select(app, query, sha256(content).digest())


@pytest.fixture(scope="module")
def one(prepared_database: Database) -> Travelling:
    """One shipper under way, for tests that only look at what is answered."""
    with serving(prepared_database):
        return travelling(prepared_database.app)


def test_a_batch_is_taken_and_kept_byte_for_byte_with_its_readings(database: Database):
    one = travelling(database.app)
    content = body(one.message(many=6))
    became = _send(database.app, content)
    assert (became.code, became.taken, became.problems, became.warnings) == (None, 6, (), ())
    assert _kept(database.app, content) == [("taken", None, content)]
    readings = select(
        database.app, "SELECT at, celsius FROM reading WHERE file = %s ORDER BY at", became.file
    )
    assert readings == [(one.packed_at + index * STEP, one.normal_c) for index in range(6)]
    says = "SELECT unit, zone, interval_s, sensor, sha256 FROM logger_file WHERE number = %s"
    (row,) = select(database.app, says, became.file)
    assert row == ("C", "UTC", INTERVAL_S, "PROBE-1", sha256(content).digest())


def test_the_same_batch_twice_counts_once_and_another_under_its_number_is_refused_and_kept(
    database: Database,
):
    one = travelling(database.app)
    first, other = body(one.message()), body(one.message(celsius=lambda _: -100.0))
    taken = _send(database.app, first)
    again = _send(database.app, first)
    assert (again.repeated, again.taken, again.file) == (True, taken.taken, taken.file)
    refused = _send(database.app, other)
    assert (refused.code, refused.problems[0]["field"]) == ("batch-differs", "batch")
    assert len(_kept(database.app, first)) == 1
    assert _kept(database.app, other) == [("refused", "batch-differs", other)]
    _send(database.app, other)
    assert len(_kept(database.app, other)) == 1
    count = "SELECT count(*) FROM logger_file WHERE logger = %s"
    assert select(database.app, count, one.logger) == [(1,)]


TRAPS = {
    "sensor-swapped": ({"sensor": "PROBE-2"}, "sensor"),
    "unit-differs": ({"unit": "F"}, "unit"),
    "clock-fault": ({"sent_at": "2100-01-01T00:00:00Z"}, "readings"),
    "logger-unknown": ({"logger": "NOBODYS"}, "logger"),
    "time-without-zone": ({"sent_at": "2026-03-01T09:30:00"}, "sent_at"),
    "time-invalid": ({"sent_at": "yesterday"}, "sent_at"),
}


@pytest.mark.parametrize("code", TRAPS)
@pytest.mark.parametrize("source", ["http", "mqtt"])
def test_a_batch_that_cannot_be_believed_is_refused_by_name_and_kept(
    database: Database, one: Travelling, code: str, source: str
):
    changed, field = TRAPS[code]
    content = body(one.message(batch=f"{code}-{source}", **changed))
    became = _send(database.app, content, source=source)
    assert (became.code, became.taken, became.file) == (code, 0, None)
    assert became.problems[0]["field"] == field
    assert became.problems[0]["remedy"]
    assert _kept(database.app, content) == [("refused", code, content)]


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("5,1", "decimal-comma"),
        ("5.1", "value-not-number"),
        (True, "value-not-number"),
        (400, "temperature-impossible"),
        (-320, "temperature-impossible"),
    ],
)
def test_a_reading_that_is_wrong_is_named_and_the_others_are_taken(
    database: Database, one: Travelling, value: Any, code: str
):
    message = one.message(batch=f"one-wrong-{value}".replace(",", "c"), many=3)
    message["readings"][1]["value"] = value
    became = _send(database.app, message)
    assert (became.code, became.taken) == (None, 2)
    (problem,) = became.problems
    assert (problem["field"], problem["code"]) == ("readings[1].value", code)


@pytest.mark.parametrize(
    ("at", "code"),
    [
        ("2026-03-01T09:30:00", "time-without-zone"),
        ("01.03.2026 09:30", "time-invalid"),
        (None, "time-invalid"),
        ("0001-01-01T00:00:00+14:00", "time-invalid"),
    ],
)
def test_local_time_is_no_moment(database: Database, one: Travelling, at: Any, code: str):
    message = one.message(batch=f"when-{at}".replace(" ", "-"), many=2)
    message["readings"][0]["at"] = at
    (problem,) = _send(database.app, message).problems
    assert (problem["field"], problem["code"]) == ("readings[0].at", code)


@pytest.mark.parametrize("product", ["kymriah", "holoclar"])
def test_fahrenheit_taken_for_celsius_is_refused_by_name(database: Database, product: str):
    one = travelling(database.app, product)
    fahrenheit = one.normal_c * 1.8 + 32
    content = body(one.message(celsius=lambda _: fahrenheit))
    assert _send(database.app, content).code == "unit-doubtful"
    assert _kept(database.app, content) == [("refused", "unit-doubtful", content)]
    file = one.export(celsius=round(fahrenheit, 1))
    assert _file(database.app, file, one.logger).code == "unit-doubtful"


def test_fahrenheit_is_converted_where_the_logger_is_registered_so(database: Database):
    one = travelling(database.app, "holoclar", unit="F")
    became = _send(database.app, one.message(unit="F", celsius=lambda _: 68.0, many=2))
    found = select(database.app, "SELECT celsius FROM reading WHERE file = %s", became.file)
    assert found == [(20.0,), (20.0,)]


def test_an_export_in_another_zone_than_registered_is_refused_by_name(
    database: Database, one: Travelling
):
    became = _file(database.app, one.export(first=20), one.logger, zone="Asia/Tokyo")
    assert became.code == "zone-differs"


def test_an_export_with_decimal_commas_and_one_of_another_logger_are_refused(
    database: Database, one: Travelling
):
    commas = b'timestamp,temp_c\n2026-03-01 09:30,"5,1"\n'
    became = _file(database.app, commas, one.logger)
    assert became.code == "logger-file-invalid"
    assert became.problems[0]["field"] == "row 2, temp_c"
    assert "decimal ," in became.problems[0]["message"]
    assert _file(database.app, one.export(first=30), "NOBODYS").code == "logger-unknown"


def test_an_expired_calibration_is_named_and_the_readings_still_warn(database: Database):
    for until, code in (
        (datetime(2010, 1, 1, tzinfo=UTC), "calibration-expired"),
        (None, "calibration-missing"),
    ):
        one = travelling(database.app, until=until)
        became = _send(database.app, one.message())
        assert (became.code, became.taken, became.warnings) == (None, 6, (code,))


@pytest.mark.parametrize(
    ("actor", "code"),
    [
        (Actor("a-courier", Role.PHARMACIST), "not-appointed"),
        (Actor("a-clinician", Role.PHYSICIAN), "role-not-allowed"),
        (Actor("nobody", Role.COURIER), "account-unknown"),
        (Actor("somebody", Role.COURIER), "sender-not-assigned"),
    ],
)
def test_only_the_account_of_the_logger_sends_its_readings(
    database: Database, one: Travelling, actor: Actor, code: str
):
    content = body(one.message(first=40, batch=f"by-{actor.id}-{actor.role}"))
    assert _send(database.app, content, actor=actor).code == code
    assert _kept(database.app, content) == [("refused", code, content)]


def test_a_logger_that_is_not_in_the_shipper_that_it_names_is_refused(
    database: Database, one: Travelling
):
    asked = "SELECT shipper FROM shipment WHERE logger = %s"
    ((shipper,),) = select(database.app, asked, one.logger)
    spare = known(database.app, new_serial())
    named = one.message(logger=spare, batch="spare", shipper=shipper)
    assert _send(database.app, named).code == "logger-mismatch"
    own = one.message(batch="own", shipper=shipper)
    assert _send(database.app, own).code is None


def test_readings_of_a_logger_that_travels_with_nobody_are_kept(database: Database):
    spare = known(database.app, new_serial())
    one = Travelling(spare, None, datetime(2026, 3, 1, tzinfo=UTC), 5.0)  # type: ignore[arg-type]
    became = _send(database.app, one.message())
    assert (became.code, became.taken, became.shipment, became.file) == (None, 6, None, None)


def _read(content: bytes) -> Message | Refused:
    try:
        return read_message(content)
    except Refused as refused:
        return refused


@given(st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
def test_no_body_at_all_is_a_crash(content: bytes):
    found = _read(content)
    assert isinstance(found, Message) or found.remedy


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda some: (
        st.lists(some, max_size=3) | st.dictionaries(st.text(max_size=4), some, max_size=3)
    ),
    max_leaves=6,
)
FIELDS = st.sampled_from(
    ["batch", "logger", "sensor", "unit", "interval_s", "sent_at", "shipper", "readings", "at"]
)


@given(FIELDS, JSON_VALUES)
def test_any_value_in_any_field_is_read_or_refused_with_that_field(field: str, value: Any):
    one = Travelling("L-1", None, datetime(2026, 3, 1, tzinfo=UTC), 5.0)  # type: ignore[arg-type]
    message = one.message(many=2)
    inside = field == "at"
    if inside:
        message["readings"][0]["at"] = value
    else:
        message[field] = value
    read = _read(body(message))
    if isinstance(read, Refused):
        assert read.field.startswith((field, "$"))
        return
    for problem in read.problems:
        assert problem["field"].startswith("readings[")
    assert len(read.readings) + len(read.problems) <= 2 or field == "readings"


def test_live_readings_of_a_warming_shipper_alarm_before_it_leaves_its_band(
    own_database: Database,
):
    app = own_database.app
    one = travelling(app)
    limit = one.normal_c + 25
    for first in range(0, 48, 12):
        batch = one.message(first, 12, celsius=lambda index: limit - 25 + index / 4)
        assert _send(app, batch).code is None
    at = one.packed_at + 47 * STEP
    assert watch_shippers(app, at) == 1
    told = now(app, one).last(BandExitPredicted)
    assert told is not None
    assert told.latest_c < limit
    assert told.leaves_at > at


def _whole(app: Engine, one: Travelling, *, without: tuple[int, ...] = (), **changed: Any) -> int:
    """All batches of a leg but some; the number of the first reading after receipt."""
    for first in (0, 6, 12):
        if first not in without:
            assert _send(app, one.message(first, 6, **changed)).code is None
    end = received(app, one)
    for first in range(18, end + 6, 6):
        if first not in without:
            assert _send(app, one.message(first, 6, **changed)).code is None
    return end


def test_what_is_gathered_of_a_logger_in_fahrenheit_and_a_far_zone_is_believed(
    own_database: Database,
):
    app = own_database.app
    one = travelling(app, unit="F", zone="Asia/Tokyo")
    _whole(app, one, unit="F", celsius=lambda _: one.normal_c * 1.8 + 32)
    engine_steps(app, now(app, one))
    accepted = now(app, one).last(ShipmentAccepted)
    assert accepted is not None
    assert accepted.untrusted == ()
    assert accepted.lowest_c == pytest.approx(one.normal_c)
    assert {one.number for one in verified(app).violations}.isdisjoint({"06", "07"})


def test_batches_that_cover_the_leg_become_its_log_and_are_judged(own_database: Database):
    app = own_database.app
    one = travelling(app)
    _whole(app, one)
    facts = now(app, one)
    logged = facts.last(TemperatureLogged)
    assert logged is not None
    assert logged.logger == one.logger
    engine_steps(app, facts)
    after = now(app, one)
    assert after.last(ShipmentQuarantined) is None
    accepted = after.last(ShipmentAccepted)
    assert accepted is not None
    assert (accepted.untrusted, accepted.interval_s, accepted.covers_leg) == ((), INTERVAL_S, True)
    with transaction(app) as connection:
        assert replay(connection) == []


def test_a_missing_batch_is_waited_for_and_the_heartbeat_completes_the_log(own_database: Database):
    app = own_database.app
    one = travelling(app)
    _whole(app, one, without=(12,))
    assert complete_all(app, now=datetime.now(UTC)) == 0
    assert now(app, one).last(TemperatureLogged) is None
    assert _send(app, one.message(12, 6)).code is None
    assert now(app, one).last(TemperatureLogged) is not None
    assert complete_all(app, now=datetime.now(UTC)) == 0


def test_a_leg_with_a_refused_reading_waits_for_the_loggers_own_file(own_database: Database):
    app = own_database.app
    one = travelling(app)
    wrong = one.message(0, 6, batch="wrong")
    wrong["readings"][3]["value"] = "5,1"
    _send(app, wrong)
    end = _whole(app, one)
    assert now(app, one).last(TemperatureLogged) is None
    became = _file(app, one.export(0, end + 2), one.logger)
    assert became.code is None
    assert now(app, one).last(TemperatureLogged) is not None


def test_a_batch_that_was_refused_and_then_taken_holds_up_nothing(own_database: Database):
    app = own_database.app
    one = travelling(app)
    assert _send(app, one.message(0, 6, sensor="PROBE-2")).code == "sensor-swapped"
    _whole(app, one)
    assert now(app, one).last(TemperatureLogged) is not None


def test_two_batches_that_differ_about_a_moment_are_not_guessed_between(own_database: Database):
    app = own_database.app
    one = travelling(app)
    assert _send(app, one.message(3, 1, batch="other", celsius=lambda _: -100.0)).code is None
    _whole(app, one)
    assert now(app, one).last(TemperatureLogged) is None


def test_an_outage_refuses_nothing(database: Database, one: Travelling, monkeypatch: Any):
    def away(*_: Any) -> None:
        raise OSError("away")

    content = body(one.message(first=60, batch="outage"))
    monkeypatch.setattr("tasks.live.receive.keep", away)
    with pytest.raises(OSError, match="away"):
        _send(database.app, content)
    monkeypatch.undo()
    assert _kept(database.app, content) == []
    assert _send(database.app, content).code is None


def test_nothing_that_is_kept_of_a_refusal_repeats_what_was_sent(database: Database):
    content = json.dumps({"batch": "Zzyzxname 999 000 0000", "Zzyzxname": 1}).encode()
    became = _send(database.app, content)
    assert "Zzyzxname" not in json.dumps([dict(one) for one in became.problems])
    assert became.batch is None
