"""Shippers under way are watched: who will leave their band is told of before, and once."""

from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import Engine

from atmpflow.duties import open_duties
from atmpflow.events.recovery import BandExitPredicted
from atmpflow.events.shipment import CourierBooked, ShipmentPacked
from atmpflow.journey import Facts
from desk.simulation.step import present
from models.database import transaction
from models.reading import Readings, copy_readings, keep_file
from models.replay import replay
from models.shipment import LoggerFile
from tasks.prediction import watch_shippers
from tests.conftest import Database
from tests.factories import journey_at

HOUR = timedelta(hours=1)
STEP = timedelta(minutes=5)


def _read(
    app: Engine, facts: Facts, celsius: Callable[[float], float], logger: str = ""
) -> datetime:
    """Four hours of readings since it was packed; the moment of the newest."""
    booked, packed = facts.last(CourierBooked), facts.recorded(ShipmentPacked)
    assert booked is not None
    assert packed is not None
    row, event = packed
    began = row.occurred_at
    rows = [(began + index * STEP, celsius(index * STEP / HOUR)) for index in range(49)]
    content = repr((rows, logger)).encode()
    file = LoggerFile(
        sha256=sha256(content).digest(),
        shipment_id=booked.shipment,
        logger=logger or event.logger,
        content=content,
        received_at=rows[-1][0],
        interval_s=300,
    )
    with transaction(app) as connection:
        number = keep_file(connection, file)
        assert number is not None
        copy_readings(connection, number, Readings.of(rows))
    return rows[-1][0]


def test_a_warming_shipper_is_told_of_once_with_its_duties_and_again_when_it_is_sooner(
    own_database: Database,
):
    app = own_database.app
    facts = journey_at(app, "deliver-shipment")
    now = _read(app, facts, lambda hours: -145 + hours)
    assert watch_shippers(app, now) == 1
    after = present(app, facts.journey)
    told = after.last(BandExitPredicted)
    assert told is not None
    assert now < told.leaves_at < now + 24 * HOUR
    owed = {duty.name.partition(":")[0] for duty in open_duties(after)}
    assert {"save-shipment", "inform-coordinator"} <= owed
    assert (after.stage, after.position) == (facts.stage, facts.position)
    assert watch_shippers(app, now) == 0
    assert present(app, facts.journey).version == after.version
    with transaction(app) as connection:
        assert replay(connection) == []


def test_a_steady_shipper_a_foreign_logger_and_old_readings_tell_nobody(database: Database):
    app = database.app
    steady = journey_at(app, "deliver-shipment")
    now = _read(app, steady, lambda hours: -160.0)
    assert watch_shippers(app, now) == 0
    _read(app, steady, lambda hours: -130 + hours, logger="ANOTHER")
    assert watch_shippers(app, now) == 0
    old = journey_at(app, "deliver-shipment")
    now = _read(app, old, lambda hours: -135 + hours)
    assert watch_shippers(app, now + 3 * HOUR) == 0
    assert watch_shippers(app, now) == 1


def test_what_has_arrived_is_watched_no_more(database: Database):
    app = database.app
    facts = journey_at(app, "record-temperature-log")
    now = _read(app, facts, lambda hours: -135 + hours)
    assert watch_shippers(app, now) == 0
