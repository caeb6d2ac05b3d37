"""A shipment that arrives unsealed, late or expired is not accepted."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atmpflow.commands.shipment import PackShipment, ReceiveShipment
from atmpflow.events.collection import CollectionCompleted
from atmpflow.events.shipment import ShipmentPacked, ShipmentReceived
from atmpflow.journey import Facts
from atmpflow.rules.arrival import judge_arrival
from atmpflow.rules.supply import supply
from tests.memory import asked, next_command, waiting_for, without
from tests.wording import against

HOUR = timedelta(hours=1)
CODES = {"seal-broken", "hold-time-passed", "expired"}


def _received(product: str = "kymriah", *, after: timedelta = HOUR, **changed: object) -> Facts:
    facts = waiting_for("receive-shipment", product)
    move = next_command(facts)
    assert isinstance(move.command, ReceiveShipment)
    at = move.command.occurred_at - HOUR + after
    command = move.command.model_copy(update={"occurred_at": at, **changed})
    return asked(facts, command, move.actor)


def _codes(facts: Facts) -> list[str]:
    return against(judge_arrival(facts))


@pytest.mark.parametrize("product", ["kymriah", "aucatzyl", "holoclar", "zolgensma", "ebvallo"])
def test_sealed_in_time_and_in_date_is_accepted(product: str):
    assert _codes(_received(product)) == []


@pytest.mark.parametrize("changed", [{"seal_intact": False}, {"seal": "SIM-SEAL-OTHER"}])
def test_a_broken_or_another_seal_is_a_reason_against(changed: dict[str, object]):
    assert _codes(_received(**changed)) == ["seal-broken"]


@pytest.mark.parametrize("product", ["kymriah", "aucatzyl", "holoclar"])
def test_a_product_is_held_against_its_own_expiry_not_that_of_its_material(product: str):
    assert _codes(waiting_for("accept-product", product)) == []


def test_what_has_no_expiry_on_record_is_not_expired():
    assert _codes(without(_received(), CollectionCompleted)) == []


@pytest.mark.parametrize(("hours", "codes"), [(20, []), (20.001, ["hold-time-passed"])])
def test_the_hold_time_itself_is_still_right(hours: float, codes: list[str]):
    facts = _received()
    packed, arrived = facts.last(ShipmentPacked), facts.when(ShipmentReceived)
    assert packed is not None
    assert arrived is not None
    charged = {"charged_at": arrived - hours * HOUR, "hold_time_h": 20.0}
    rows = tuple(
        replace(row, event=row.event.model_copy(update=charged))
        if isinstance(row.event, ShipmentPacked)
        else row
        for row in facts.history
    )
    judged = judge_arrival(replace(facts, history=rows))
    assert against(judged) == codes
    assert all(reason.found == "20.0 of 20 h" for reason in judged.against)


@given(st.floats(0.001, 10_000))
def test_any_time_over_the_shippers_hold_time_is_a_reason_against(over: float):
    facts = waiting_for("pack-shipment")
    move = next_command(facts)
    assert isinstance(move.command, PackShipment)
    facts = asked(facts, move.command.model_copy(update={"hold_time_h": 20.0}), move.actor)
    charged = move.command.charged_at
    while facts.step is not None and facts.step.command is not ReceiveShipment:
        move = next_command(facts)
        facts = asked(facts, move.command, move.actor)
    arrival = next_command(facts)
    late = arrival.command.model_copy(update={"occurred_at": charged + (20 + over) * HOUR})
    assert "hold-time-passed" in _codes(asked(facts, late, arrival.actor))


def test_material_that_arrives_after_its_expiry_is_a_reason_against():
    assert "expired" in _codes(_received("aucatzyl", after=timedelta(days=10)))


def test_a_product_that_arrives_after_its_expiry_is_a_reason_against():
    facts = waiting_for("accept-product", "kymriah")
    stock = supply(facts)
    assert stock is not None
    late = facts.history[-1].occurred_at
    assert late < stock.expires_at
    rows = tuple(
        row
        if not isinstance(row.event, ShipmentReceived)
        else type(row)(row.seq, row.event, row.actor, stock.expires_at)
        for row in facts.history
    )
    assert "expired" in _codes(type(facts)(facts.journey, rows, facts.stage))


def test_without_a_receipt_nothing_has_arrived():
    assert _codes(without(_received(), ShipmentReceived)) == ["not-received"]
