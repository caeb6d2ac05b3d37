"""Batches of a logger that travels with a journey, as its system would send them."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy import Engine

from atmpflow.commands.shipment import PackShipment
from atmpflow.events.shipment import ShipmentPacked, ShipmentReceived
from atmpflow.journey import Facts
from atmpflow.people import Actor, Role
from atmpflow.rules.leg import band_of_leg
from atmpflow.rules.logger import Registered
from desk.simulation.people import BEGUN, OVER
from desk.simulation.step import present
from models.database import transaction
from models.observing import calibrated
from models.registering import register
from tests.factories import ask, journey_at, move_of, waits_for, walk

COURIER = Actor("a-courier", Role.COURIER)
LABORATORY = Actor("person-1", Role.LABORATORY)
STEP = timedelta(minutes=5)
INTERVAL_S = 300
SENSOR = "PROBE-1"

_serial = count(1)


@dataclass(frozen=True)
class Travelling:
    """A registered logger that travels with a journey."""

    logger: str
    facts: Facts
    packed_at: datetime
    normal_c: float

    def message(
        self,
        first: int = 0,
        many: int = 6,
        *,
        celsius: Callable[[int], Any] | None = None,
        **changed: Any,
    ) -> dict[str, Any]:
        """A batch with readings `first` to `first + many` since pack-out; a field `None` is left
        out."""
        degrees = celsius or (lambda index: self.normal_c)
        at = [self.packed_at + index * STEP for index in range(first, first + many)]
        whole = {
            "batch": f"B-{self.logger}-{first}",
            "logger": self.logger,
            "sensor": SENSOR,
            "unit": "C",
            "interval_s": INTERVAL_S,
            "sent_at": at[-1].isoformat(),
            "readings": [
                {"at": one.isoformat(), "value": degrees(first + index)}
                for index, one in enumerate(at)
            ],
        }
        return {name: one for name, one in {**whole, **changed}.items() if one is not None}

    def export(self, first: int = 0, many: int = 6, celsius: float | None = None) -> bytes:
        """The same as a file of the plain format."""
        degrees = self.normal_c if celsius is None else celsius
        at = [self.packed_at + index * STEP for index in range(first, first + many)]
        lines = (f"{one:%Y-%m-%d %H:%M:%S},{degrees}" for one in at)
        return "\n".join(("timestamp,temp_c", *lines)).encode()


def body(message: dict[str, Any]) -> bytes:
    """A batch as it is sent."""
    return json.dumps(message).encode()


def new_serial() -> str:
    """The serial number of a logger that nobody has seen before."""
    return f"LIVE-{next(_serial)}"


def known(app: Engine, serial: str, *, until: datetime | None = OVER, **changed: Any) -> str:
    """Put a logger on the register, calibrated until a moment (None: never); its serial number."""
    says = {
        "serial": serial,
        "model": "Probe 3",
        "sensor": SENSOR,
        "unit": "C",
        "zone": "UTC",
        "interval_s": INTERVAL_S,
        "owner": "R0A",
        "sender": COURIER.id,
    }
    device = {"kind": "logger", "device": serial, "certificate": "C-1"}
    now = datetime.now(UTC)
    with transaction(app) as connection:
        register(connection, Registered(**{**says, **changed}), BEGUN, by=LABORATORY, now=now)
        if until is not None:
            span = {"calibrated_at": BEGUN, "due_at": until}
            calibrated(connection, {**device, **span}, by=LABORATORY, now=now)
    return serial


def travelling(
    app: Engine, product: str = "kymriah", *, logger: str | None = None, **registered: Any
) -> Travelling:
    """A journey whose shipper is under way with a logger of its own."""
    facts = journey_at(app, "pack-shipment", product)
    serial = logger or known(app, new_serial(), **registered)
    pack = move_of(facts).command
    assert isinstance(pack, PackShipment)
    assert facts.step is not None
    ask(app, facts, pack.model_copy(update={"logger": serial}), move_of(facts).actor)
    return _under_way(walk(app, facts.journey, waits_for("deliver-shipment")), serial)


def _under_way(facts: Facts, serial: str) -> Travelling:
    packed = facts.when(ShipmentPacked)
    band = band_of_leg(facts)
    assert packed is not None
    normal = band.high_c - 25 if band.low_c is None else (band.low_c + band.high_c) / 2
    return Travelling(serial, facts, packed, normal)


def received(app: Engine, one: Travelling) -> int:
    """The shipper arrives; the number of the first reading after receipt."""
    facts = walk(app, one.facts.journey, waits_for("record-temperature-log"))
    at = facts.when(ShipmentReceived)
    assert at is not None
    return int((at - one.packed_at) / STEP) + 1


def now(app: Engine, one: Travelling) -> Facts:
    """The journey as it stands."""
    return present(app, one.facts.journey)
