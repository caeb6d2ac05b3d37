"""A logger that nobody can vouch for holds the unit, whatever it read, and the reason is named."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from atmpflow.errors import Refused
from atmpflow.events.shipment import ShipmentAccepted, ShipmentQuarantined
from atmpflow.journey import Facts
from atmpflow.people import Actor, Role
from atmpflow.rules.logger import Registered
from desk.simulation.logger import export
from desk.simulation.people import BEGUN, actor
from models.database import transaction
from models.registering import register, registered
from tasks.logger import LoggerExport, record_log
from tests.conftest import Database
from tests.factories import engine_steps
from tests.live.samples import LABORATORY, Travelling, known, new_serial, now, received, travelling
from tests.models.rows import execute, select

Spoil = Callable[[LoggerExport, Travelling], LoggerExport]
HOUR = timedelta(hours=1)


def _as_it_was(whole: LoggerExport, _: Travelling) -> LoggerExport:
    return whole


def _in_fahrenheit(whole: LoggerExport, one: Travelling) -> LoggerExport:
    """The logger was set to Fahrenheit, and nobody noticed."""
    head, *lines = whole.content.decode().splitlines()
    cells = (line.split(",") for line in lines)
    warm = [f"{at},{float(celsius) * 1.8 + 32:.1f}" for at, celsius in cells]
    return replace(whole, content="\n".join([head, *warm]).encode())


def _ahead(whole: LoggerExport, one: Travelling) -> LoggerExport:
    """Local time of a summer, given as UTC: readings go on beyond the moment they were read."""
    head, *lines = whole.content.decode().splitlines()
    later = [
        f"{datetime.fromisoformat(at) + HOUR:%Y-%m-%d %H:%M:%S},{celsius}"
        for at, celsius in (line.split(",") for line in lines)
    ]
    return replace(whole, content="\n".join([head, *later]).encode())


def _of_another_zone(whole: LoggerExport, _: Travelling) -> LoggerExport:
    return replace(whole, zone="Asia/Tokyo")


def _swapped(whole: LoggerExport, one: Travelling) -> LoggerExport:
    """A file that names its sensor, and it is not the one that was registered."""
    _, *lines = whole.content.decode().splitlines()
    cells = [f"{line},,,{one.logger},PROBE-2" for line in lines]
    content = "\n".join(["timestamp,temp_c,opened,tilted,logger,sensor", *cells]).encode()
    return replace(whole, content=content, format="live")


TRAPS: dict[str, tuple[dict[str, Any], Spoil, str]] = {
    "sensor-swapped": ({}, _swapped, "kymriah"),
    "unit-doubtful": ({}, _in_fahrenheit, "kymriah"),
    "unit-doubtful, fresh": ({}, _in_fahrenheit, "aucatzyl"),
    "unit-differs": ({"unit": "F"}, _as_it_was, "kymriah"),
    "zone-differs": ({}, _of_another_zone, "kymriah"),
    "clock-fault": ({}, _ahead, "kymriah"),
    "calibration-expired": ({"until": datetime(2010, 1, 1, tzinfo=UTC)}, _as_it_was, "kymriah"),
    "calibration-missing": ({"until": None}, _as_it_was, "kymriah"),
}


def _judged(database: Database, one: Travelling, spoil: Spoil) -> Facts:
    received(database.app, one)
    facts = now(database.app, one)
    assert facts.step is not None
    file = spoil(export(facts), one)
    at = facts.history[-1].occurred_at + 30 * timedelta(minutes=1)
    record_log(database.app, facts.journey, file, actor(facts.step.owner), at=at)
    engine_steps(database.app, now(database.app, one))
    return now(database.app, one)


def _codes(facts: Facts) -> list[str]:
    held = facts.last(ShipmentQuarantined)
    return [one.code for one in held.objections] if held else []


@pytest.mark.parametrize("trap", TRAPS)
def test_a_file_that_cannot_be_believed_holds_the_unit_and_says_why(database: Database, trap: str):
    known_as, spoil, product = TRAPS[trap]
    one = travelling(database.app, product, **known_as)
    facts = _judged(database, one, spoil)
    assert trap.partition(",")[0] in _codes(facts)
    assert facts.last(ShipmentAccepted) is None
    units = "SELECT unit FROM deviation WHERE journey_id = %s"
    ((unit,),) = select(database.app, units, facts.journey)
    with pytest.raises(psycopg.errors.CheckViolation, match="deviation"):
        execute(database.owner_url, "UPDATE unit SET state = 'accepted' WHERE unit = %s", unit)


def test_a_logger_that_nobody_registered_holds_the_unit(database: Database):
    one = travelling(database.app, logger=new_serial())
    codes = _codes(_judged(database, one, _as_it_was))
    assert codes == ["logger-unknown", "calibration-missing"]


def test_a_logger_withdrawn_before_it_was_packed_holds_the_unit(database: Database):
    serial = known(database.app, new_serial())
    with transaction(database.app) as connection:
        at = datetime.now(UTC)
        there = registered(connection, serial, at)
        assert there is not None
        since = BEGUN + HOUR
        register(connection, there, since, by=LABORATORY, now=at, in_use=False)
    one = travelling(database.app, logger=serial)
    assert "logger-unknown" in _codes(_judged(database, one, _as_it_was))


def test_a_logger_in_order_is_believed(database: Database):
    facts = _judged(database, travelling(database.app), _as_it_was)
    accepted = facts.last(ShipmentAccepted)
    assert accepted is not None
    assert accepted.untrusted == ()


def test_gaps_are_held_against_the_registered_interval_not_against_the_readings_own(
    database: Database,
):
    """Every third reading: by themselves they are of a logger that writes every quarter hour."""

    def thinned(whole: LoggerExport, _: Travelling) -> LoggerExport:
        head, *lines = whole.content.decode().splitlines()
        return replace(whole, content="\n".join([head, *lines[::3], lines[-1]]).encode())

    one = travelling(database.app)
    assert "log-gap" in _codes(_judged(database, one, thinned))


def test_who_only_looks_may_not_register(database: Database):
    new = Registered("X-1", "M", "S", "C", "UTC", 300, "R0A")
    at = datetime.now(UTC)
    for who, code in (
        (Actor("a-courier", Role.COURIER), "role-not-allowed"),
        (Actor("a-courier", Role.LABORATORY), "not-appointed"),
    ):
        with pytest.raises(Refused) as refused, transaction(database.app) as connection:
            register(connection, new, at, by=who, now=at)
        assert refused.value.code == code
