"""Capture: each event once, milestones in the courier's role, the rest kept and listed."""

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from atmpflow.epcis.naming import identity
from atmpflow.events.shipment import CourierBooked, ShipmentPacked
from atmpflow.journey import Facts
from atmpflow.people import Actor, Role
from desk.simulation.logger import export
from desk.simulation.step import present
from models.database import transaction
from models.epcis_events import outcomes, unmatched
from tasks import clock
from tasks.epcis.capture import Captured, Unfit, capture
from tasks.requests import COMPANY_PREFIX
from tests.conftest import Database
from tests.epcis.samples import EXAMPLES, document, moved, needs_examples, packed
from tests.factories import journey_at, waits_for, walk

COURIER = Actor("a-courier", Role.COURIER)
LOGGER = "urn:atmpflow:logger:"


@pytest.fixture
def prefix(monkeypatch: pytest.MonkeyPatch) -> str:
    """A GS1 company prefix, so that shippers have an SSCC."""
    monkeypatch.setenv(COMPANY_PREFIX, "9520123")
    return "9520123"


def sent(database: Database, *events: dict[str, Any], who: Actor = COURIER) -> Captured:
    content = json.dumps(document(*events)).encode()
    return capture(database.app, content, who, now=clock.wall())


def became(database: Database, captured: Captured) -> list[tuple[str, str | None]]:
    with transaction(database.app) as connection:
        return [(one["outcome"], one["code"]) for one in outcomes(connection, captured.id)]


def sscc_of(facts: Facts) -> str:
    booked = facts.last(CourierBooked)
    assert booked is not None
    assert booked.sscc is not None
    return booked.sscc


def about(facts: Facts, step: str, **changed: Any) -> dict[str, Any]:
    """The courier's event of this journey's shipper, half an hour after what was last."""
    packed_event = facts.last(ShipmentPacked)
    assert packed_event is not None
    at = facts.history[-1].occurred_at + timedelta(minutes=30)
    event = moved(
        bizStep=step,
        eventTime=f"{at:%Y-%m-%dT%H:%M:%S}Z",
        epcList=[f"https://id.gs1.org/00/{sscc_of(facts)}"],
        **{"atmpflow:seal": packed_event.seal},
    )
    return {name: one for name, one in {**event, **changed}.items() if one is not None}


def waiting(database: Database, command: str) -> Facts:
    return journey_at(database.app, command)


@needs_examples
def test_all_official_examples_are_captured_and_kept_as_they_came(database: Database) -> None:
    for file in EXAMPLES:
        taken = capture(database.app, file.read_bytes(), COURIER, now=clock.wall())
        assert taken.events >= 1

    with transaction(database.app) as connection:
        rows: Any = connection.execute("SELECT content FROM epcis_document").fetchall()
    kept = {bytes(row[0]) for row in rows}
    assert {file.read_bytes() for file in EXAMPLES} <= kept


def test_an_event_that_comes_again_is_counted_and_not_doubled(database: Database) -> None:
    one = moved(eventTime="2026-03-01T01:00:00Z")
    same = {**one, "eventTime": "2026-03-01T02:00:00+01:00", "eventID": "urn:uuid:" + "0" * 8}
    other = moved(eventTime="2026-03-01T01:00:01Z")

    first = sent(database, one)
    second = sent(database, same, other, other)

    assert (first.events, first.duplicates) == (1, 0)
    assert (second.events, second.duplicates) == (3, 2)


def test_a_declaration_of_an_error_is_kept_beside_its_event(database: Database) -> None:
    event = moved(eventTime="2026-03-01T03:00:00Z")
    wrong = {**event, "errorDeclaration": {"declarationTime": "2026-03-02T00:00:00Z"}}

    assert sent(database, event).duplicates == 0
    assert sent(database, wrong).duplicates == 0
    assert sent(database, wrong).duplicates == 1


def test_one_wrong_event_refuses_the_whole_document(database: Database) -> None:
    right = moved(eventTime="2026-03-01T04:00:00Z")

    with pytest.raises(Unfit) as refusal:
        sent(database, right, moved(bizStep="sending"))

    assert [one.path for one in refusal.value.problems] == ["$.epcisBody.eventList[1].bizStep"]
    assert sent(database, right).duplicates == 0


def test_with_proceed_the_right_events_are_kept(database: Database) -> None:
    right = moved(eventTime="2026-03-01T05:00:00Z")
    content = json.dumps(document(moved(bizStep="sending"), right)).encode()

    taken = capture(database.app, content, COURIER, now=clock.wall(), behaviour="proceed")

    assert (taken.events, len(taken.problems)) == (1, 1)
    assert sent(database, right).duplicates == 1


def test_a_courier_collects_and_delivers_by_epcis(database: Database, prefix: str) -> None:
    facts = waiting(database, "collect-shipment")

    collected = sent(database, about(facts, "departing"))

    assert became(database, collected) == [("recorded", None)]
    facts = present(database.app, facts.journey)
    assert facts.history[-1].event.name == "shipment.collected"
    assert facts.history[-1].actor == COURIER

    delivered = sent(database, about(facts, "arriving"))

    assert became(database, delivered) == [("recorded", None)]
    assert present(database.app, facts.journey).history[-1].event.name == "shipment.delivered"


def test_a_milestone_that_is_on_record_changes_nothing(database: Database, prefix: str) -> None:
    facts = waiting(database, "collect-shipment")
    loading = about(facts, "loading")
    first = sent(database, loading)
    after = present(database.app, facts.journey).version

    again = sent(database, about(facts, "departing"), loading)

    assert became(database, again) == [("known", None)]
    assert became(database, first) == [("recorded", None)], "it came again and has two outcomes"
    assert present(database.app, facts.journey).version == after


@pytest.mark.parametrize(
    ("changed", "outcome"),
    [
        ({"atmpflow:seal": None}, ("refused", "seal-missing")),
        ({"atmpflow:seal": "ANOTHER"}, ("refused", "seal-mismatch")),
        (
            {"epcList": ["https://id.gs1.org/00/095201239999999993"]},
            ("unknown", "shipment-unknown"),
        ),
        ({"epcList": ["urn:x:a-shipper"]}, ("unknown", "shipment-not-named")),
        (
            {"bizTransactionList": [{"bizTransaction": identity("ATF-XX0F-DGDG-EES6-N")}]},
            ("unknown", "identity-differs"),
        ),
        ({"bizStep": "arriving"}, ("refused", "out-of-order")),
        ({"bizStep": "receiving"}, ("nothing", None)),
        ({"bizStep": "accepting"}, ("nothing", None)),
        (
            {"errorDeclaration": {"declarationTime": "2026-03-02T00:00:00Z"}},
            ("unknown", "declared-wrong"),
        ),
    ],
)
def test_what_is_not_certain_is_kept_and_never_recorded(
    database: Database, prefix: str, changed: dict[str, Any], outcome: tuple[str, str | None]
) -> None:
    facts = waiting(database, "collect-shipment")

    captured = sent(database, about(facts, "departing", **changed))

    assert became(database, captured) == [outcome]
    assert present(database.app, facts.journey).version == facts.version
    with transaction(database.app) as connection:
        open_ = {one["code"] for one in unmatched(connection)}
    assert (outcome[1] in open_) == (outcome[0] in ("refused", "unknown"))


def test_an_event_about_two_shippers_is_about_neither_for_certain(
    database: Database, prefix: str
) -> None:
    facts = waiting(database, "collect-shipment")
    both = about(facts, "departing")
    both["epcList"] = [*both["epcList"], "https://id.gs1.org/00/095201239999999993"]

    captured = sent(database, both)

    assert became(database, captured) == [("unknown", "shipment-ambiguous")]
    assert present(database.app, facts.journey).version == facts.version


def test_what_was_refused_is_tried_again_when_it_is_sent_again(
    database: Database, prefix: str
) -> None:
    facts = waiting(database, "collect-shipment")
    early = about(facts, "arriving")
    at = facts.history[-1].occurred_at + timedelta(minutes=45)
    early["eventTime"] = f"{at:%Y-%m-%dT%H:%M:%S}Z"
    first = sent(database, early)
    assert became(database, first) == [("refused", "out-of-order")]
    sent(database, about(facts, "departing"))

    sent(database, early)

    assert became(database, first) == [("recorded", None)]
    assert present(database.app, facts.journey).history[-1].event.name == "shipment.delivered"


def test_who_is_no_courier_moves_nothing_by_epcis(database: Database, prefix: str) -> None:
    facts = waiting(database, "collect-shipment")

    captured = sent(database, about(facts, "departing"), who=Actor("a-clinician", Role.PHYSICIAN))

    ((outcome, code),) = became(database, captured)
    assert outcome == "refused"
    assert code in ("role-not-allowed", "not-appointed")
    assert present(database.app, facts.journey).version == facts.version


def readings(facts: Facts, *, serial: str | None = None, since: int = 0) -> dict[str, Any]:
    """The simulated logger's export of the leg, as an event."""
    lines = export(facts).content.decode().splitlines()[1 + since :]
    pairs = [line.split(",") for line in lines]
    logger = facts.last(ShipmentPacked)
    assert logger is not None
    device = LOGGER + (serial or logger.logger)
    elements = [
        {
            "sensorMetadata": {"time": f"{at.replace(' ', 'T')}Z", "deviceID": device},
            "sensorReport": [
                {"type": "Temperature", "value": float(celsius) * 1.8 + 32, "uom": "FAH"}
            ],
        }
        for at, celsius in pairs
    ]
    return about(facts, "transporting", sensorElementList=elements)


def test_temperatures_sent_by_epcis_become_the_log_of_the_leg(
    database: Database, prefix: str
) -> None:
    facts = waiting(database, "record-temperature-log")

    captured = sent(database, readings(facts))

    assert became(database, captured) == [("readings", None)]
    after = present(database.app, facts.journey)
    assert after.history[-1].event.name == "temperature.logged"
    judged = walk(database.app, facts.journey, waits_for("start-manufacture"))
    assert not judged.ended
    with transaction(database.app) as connection:
        row: Any = connection.execute(
            "SELECT verdict, minutes_outside FROM shipment WHERE sscc = %s", (sscc_of(facts),)
        ).fetchone()
    assert row == ("accepted", 0.0)


def test_temperatures_of_another_logger_are_no_log(database: Database, prefix: str) -> None:
    facts = waiting(database, "record-temperature-log")

    sent(database, readings(facts, serial="SOME-OTHER"))

    assert present(database.app, facts.journey).version == facts.version


def test_temperatures_that_end_before_the_delivery_wait_for_the_rest(
    database: Database, prefix: str
) -> None:
    facts = waiting(database, "record-temperature-log")
    whole = readings(facts)
    part = {**whole, "sensorElementList": whole["sensorElementList"][:3]}

    sent(database, part)
    assert present(database.app, facts.journey).version == facts.version

    sent(database, readings(facts, since=3))
    assert present(database.app, facts.journey).history[-1].event.name == "temperature.logged"


@pytest.mark.parametrize("table", ["document", "capture", "event", "outcome"])
def test_what_was_captured_is_never_changed(database: Database, table: str) -> None:
    sent(database, packed(eventTime="2026-03-01T06:00:00Z"), moved(bizStep="arriving"))

    name = f"epcis_{table}"
    for change in (f"DELETE FROM {name}", f"UPDATE {name} SET kept_at = now()"):  # noqa: S608
        for engine in (database.app, database.owner):
            with pytest.raises(DBAPIError), engine.begin() as connection:
                connection.execute(text(change))
