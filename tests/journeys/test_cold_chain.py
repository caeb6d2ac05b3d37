"""What happens when a shipment was too warm, too cold, open, or nobody can tell."""

import csv
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from atmpflow.commands.collection import RecordCollection
from atmpflow.commands.manufacture import StartManufacture
from atmpflow.commands.shipment import (
    CollectShipment,
    DecideDeviation,
    DeliverShipment,
    PackShipment,
    ReceiveShipment,
)
from atmpflow.errors import Refused
from atmpflow.events.shipment import DeviationAccepted, ShipmentAccepted, ShipmentQuarantined
from atmpflow.journey import Facts
from atmpflow.message import Command
from atmpflow.people import Actor, Role
from desk.simulation.logger import export
from desk.simulation.people import actor
from desk.simulation.step import present
from tasks.logger import record_log
from tests.conftest import Database
from tests.factories import (
    ask,
    engine_steps,
    journey_at,
    move_of,
    opened,
    refused,
    step,
    waits_for,
    walk,
)
from tests.live.samples import known

EXPORT = (
    Path(__file__).parents[3] / "shared" / "data" / "temperature" / "RCPJ00010_02_202211090128.csv"
)
Lines = Callable[[list[str]], list[str]]


def _report(database: Database, facts: Facts, command: Command, who: Actor | None = None) -> Facts:
    assert facts.step is not None
    ask(database.app, facts, command, who or actor(facts.step.owner))
    return present(database.app, facts.journey)


def _delivered(database: Database, product: str = "kymriah") -> Facts:
    """The product has come back from its maker, and its logger is about to be read."""
    facts = walk(
        database.app,
        opened(database.app, product),
        lambda now: now.stage == "delivery" and waits_for("record-temperature-log")(now),
    )
    assert not facts.ended
    return facts


def _logged(database: Database, facts: Facts, spoil: Lines) -> Facts:
    """The logger's file is read, spoilt as the story wants it, and the leg is judged."""
    whole = export(facts)
    head, *lines = whole.content.decode().splitlines()
    content = "\n".join([head, *spoil(lines)]).encode()
    at = facts.history[-1].occurred_at + timedelta(minutes=30)
    record_log(
        database.app,
        facts.journey,
        replace(whole, content=content),
        actor(Role.PHARMACIST),
        at=at,
    )
    return step(database.app, present(database.app, facts.journey))


def _codes(facts: Facts) -> list[str]:
    quarantined = facts.last(ShipmentQuarantined)
    return [objection.code for objection in quarantined.objections] if quarantined else []


def _warm(lines: list[str]) -> list[str]:
    warm = [line.rpartition(",")[0] + ",-100.0" for line in lines[10:13]]
    return [*lines[:10], *warm, *lines[13:]]


def _silent_for_an_hour(lines: list[str]) -> list[str]:
    return lines[:10] + lines[22:]


def _disconnected(lines: list[str]) -> list[str]:
    return [line.rpartition(",")[0] + "," if at == 10 else line for at, line in enumerate(lines)]


def _one_reading(lines: list[str]) -> list[str]:
    return lines[:1]


def _as_it_was(lines: list[str]) -> list[str]:
    return lines


def test_a_good_log_is_accepted_and_a_qp_is_not_asked(database: Database):
    facts = _logged(database, _delivered(database), _as_it_was)
    assert _codes(facts) == []
    assert waits_for("accept-product")(facts)


@pytest.mark.parametrize(
    ("spoil", "codes"),
    [
        (_warm, ["excursion"]),
        (_silent_for_an_hour, ["log-gap"]),
        (_disconnected, ["sensor-lost", "log-incomplete"]),
        (_one_reading, ["no-log", "log-gap"]),
    ],
)
def test_a_leg_that_was_warm_or_silent_is_quarantined(
    database: Database, spoil: Lines, codes: list[str]
):
    facts = _logged(database, _delivered(database), spoil)
    assert _codes(facts) == codes
    assert waits_for("decide-deviation")(facts)


def test_the_qp_decides_on_what_was_quarantined(database: Database):
    facts = _logged(database, _delivered(database), _warm)
    found = facts.last(ShipmentQuarantined)
    assert found is not None
    assert (found.highest_c, found.minutes_outside) == (-100.0, 15.0)
    at = facts.history[-1].occurred_at + timedelta(hours=2)
    accept = DecideDeviation(occurred_at=at, decision="accept", justification="STAB-12")
    pharmacist = refused(database.app, facts, accept, actor(Role.PHARMACIST))
    assert pharmacist.code == "role-not-allowed"
    facts = _report(database, facts, accept)
    assert facts.last(DeviationAccepted) == DeviationAccepted(justification="STAB-12")
    assert waits_for("accept-product")(facts)


def test_a_rejected_product_is_lost_and_the_coordinator_must_see_to_another(database: Database):
    facts = _logged(database, _delivered(database), _warm)
    at = facts.history[-1].occurred_at + timedelta(hours=2)
    reject = DecideDeviation(occurred_at=at, decision="reject", justification="STAB-12")
    lost = _report(database, facts, reject)
    assert lost.ended is None
    assert waits_for("order-recollection")(lost)


def test_a_shipper_with_a_broken_seal_is_quarantined(database: Database):
    facts = journey_at(database.app, "receive-shipment")
    move = move_of(facts)
    assert isinstance(move.command, ReceiveShipment)
    facts = _report(
        database, facts, move.command.model_copy(update={"seal_intact": False}), move.actor
    )
    facts = walk(database.app, facts.journey, waits_for("decide-deviation"))
    assert _codes(facts) == ["seal-broken"]


MINUTE = timedelta(minutes=1)
PACKED = datetime(2022, 11, 8, 4, 49, tzinfo=UTC)
RECEIVED = datetime(2022, 11, 9, 1, 19, tzinfo=UTC)
LOW_C, HIGH_C = 2.0, 8.0


def _collected_the_day_before(database: Database) -> Facts:
    """A fresh leukapheresis of 7 November 2022, waiting to be packed."""
    journey = opened(database.app, "aucatzyl", referred_on="2022-10-18")
    facts = walk(database.app, journey, waits_for("record-collection"))
    command = move_of(facts).command
    assert isinstance(command, RecordCollection)
    ended = datetime(2022, 11, 7, 16, tzinfo=UTC)
    times = {"started_at": ended - 240 * MINUTE, "ended_at": ended, "occurred_at": ended}
    facts = _report(database, facts, command.model_copy(update=times))
    return walk(database.app, journey, waits_for("pack-shipment"))


def _carried_with_the_real_logger(database: Database) -> Facts:
    known(database.app, "RCPJ00010", interval_s=600.0)
    facts = _collected_the_day_before(database)
    pack = move_of(facts).command
    assert isinstance(pack, PackShipment)
    changed = {"occurred_at": PACKED, "charged_at": PACKED - 60 * MINUTE, "logger": "RCPJ00010"}
    facts = _report(database, facts, pack.model_copy(update=changed))
    for kind, at in (
        (CollectShipment, PACKED + 11 * MINUTE),
        (DeliverShipment, RECEIVED - 10 * MINUTE),
        (ReceiveShipment, RECEIVED),
    ):
        command = move_of(facts).command
        assert isinstance(command, kind)
        facts = _report(database, facts, command.model_copy(update={"occurred_at": at}))
    return facts


def _minutes_outside_by_hand() -> float:
    """Each reading stands until the next one, the last until receipt."""
    with EXPORT.open(encoding="utf-8", newline="") as file:
        rows = [
            (datetime.fromisoformat(row["timestamp"]).replace(tzinfo=UTC), float(row["temp_c"]))
            for row in csv.DictReader(file)
        ]
    ends = [*(at for at, _ in rows[1:]), RECEIVED]
    return sum(
        (end - at) / MINUTE
        for (at, celsius), end in zip(rows, ends, strict=True)
        if not LOW_C <= celsius <= HIGH_C
    )


def test_a_real_loggers_file_that_went_below_two_degrees_is_quarantined(database: Database):
    if not EXPORT.exists():
        pytest.skip("the real logger's export is not here")
    facts = _carried_with_the_real_logger(database)
    sent = replace(export(facts), content=EXPORT.read_bytes())
    at = RECEIVED + 30 * MINUTE
    record_log(database.app, facts.journey, sent, actor(Role.MANUFACTURER), at=at)
    facts = step(database.app, present(database.app, facts.journey))
    found = facts.last(ShipmentQuarantined)
    assert found is not None
    assert _codes(facts) == ["excursion", "mean-kinetic-high"]
    assert found.mean_kinetic_c == pytest.approx(10.33, abs=0.01)  # until receipt, by time
    assert {one.kind for one in found.cites} == {"excursion"}
    assert {found.lowest_c, found.highest_c} <= {one.worst_c for one in found.cites}
    assert found.readings == 124
    assert found.lowest_c == 0.9
    assert found.highest_c == 24.3
    assert found.minutes_outside == _minutes_outside_by_hand() > 200
    assert (found.longest_gap_min, found.covers_leg) == (10.0, True)


def test_a_log_of_another_logger_is_refused(database: Database):
    facts = journey_at(database.app, "record-temperature-log")
    other = replace(export(facts), logger="SIM-LOGGER-OTHER")
    with pytest.raises(Refused) as refusal:
        record_log(
            database.app,
            facts.journey,
            other,
            actor(Role.MANUFACTURER),
            at=facts.history[-1].occurred_at,
        )
    assert refusal.value.code == "logger-mismatch"


def test_material_that_expired_on_the_way_is_not_manufactured(database: Database):
    facts = journey_at(database.app, "start-manufacture", "aucatzyl")
    command = move_of(facts).command
    assert isinstance(command, StartManufacture)
    late = command.model_copy(update={"occurred_at": command.occurred_at + timedelta(days=3)})
    assert refused(database.app, facts, late, actor(Role.MANUFACTURER)).code == "expired"


@pytest.mark.parametrize("first", [True, False])
def test_readings_of_a_refused_logger_do_not_count(database: Database, *, first: bool):
    """Another logger's file is refused and kept; the leg is judged by its own file alone."""
    facts = journey_at(database.app, "record-temperature-log")
    own = export(facts)
    warm = "\n".join(line.rpartition(",")[0] + ",20.0" for line in own.content.decode().split("\n"))
    warm = warm.replace("timestamp,20.0", "timestamp,temp_c")
    other = replace(own, logger="ANOTHER", content=warm.encode())
    who = actor(Role.MANUFACTURER)
    at = facts.history[-1].occurred_at + timedelta(minutes=30)

    for log in (other, own) if first else (own, other):
        code = ("logger-mismatch" if first else "out-of-order") if log is other else None
        with pytest.raises(Refused, match=code) if code else nullcontext():
            record_log(database.app, facts.journey, log, who, at=at)
    engine_steps(database.app, present(database.app, facts.journey))

    assert present(database.app, facts.journey).last(ShipmentAccepted) is not None
