"""Whatever goes wrong, the command that a journey waits for can be carried out, and it ends."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from atmpflow.commands import COMMANDS
from atmpflow.commands.administration import ClearForConditioning, StartConditioning
from atmpflow.commands.after import FireTimer
from atmpflow.commands.recovery import GiveUpSupply
from atmpflow.decide import decide
from atmpflow.errors import Refused
from atmpflow.events.administration import (
    AdministrationBlocked,
    ConditioningBlocked,
    DoseAdministered,
)
from atmpflow.events.after import MaterialExpired, ProductExpired
from atmpflow.events.consent import TreatmentStopped
from atmpflow.events.recall import RecallReached
from atmpflow.journey import Facts, stage_named
from atmpflow.people import ENGINE, Role
from atmpflow.products.catalogue import catalogue
from atmpflow.rules.attempts import MOST_SUPPLIES
from atmpflow.rules.remaking import material_expires_at
from atmpflow.rules.supply import supply
from atmpflow.rules.way_out import lost_by, way_out
from atmpflow.waits import engine_owes, owes, timers, waits_for
from desk.simulation.people import actor
from tests.memory import LATE, asked, stepped, waiting_for, whole, with_event
from tests.wrongs import after_each, as_told, dead_end, latest

MADE, ORDERED, ALLOCATED, TISSUE = "kymriah", "hemgenix", "ebvallo", "holoclar"
FIVE = (MADE, "aucatzyl", ORDERED, ALLOCATED, TISSUE)
ELSEWHERE = sorted(set(catalogue()) - set(FIVE))
Shape = tuple[str, int, str, int, bool]


def _shape(facts: Facts) -> Shape:
    """What tells one state from another, as far as what may follow is concerned."""
    hold = facts.hold.event.name if facts.hold else ""
    begun_again = len(facts.superseded) > 0
    lasting = sum(row.event.lasting for row in facts.history)
    return facts.stage, facts.position, hold, lasting, begun_again


def _on_the_way(facts: Facts, seen: set[Shape]) -> Iterator[Facts]:
    """The states that follow when everybody does what the journey waits for."""
    while not facts.ended and _shape(facts) not in seen:
        seen.add(_shape(facts))
        yield facts
        move = as_told(facts)
        facts = asked(facts, move.command, move.actor)


def _dead_ends(product: str, *, depth: int) -> tuple[set[str], int]:
    """Dead ends after up to `depth` things that went wrong, and how many states were tried."""
    states: list[Facts] = [facts for facts in whole(product) if not facts.ended]
    found, tried, seen = set[str](), 0, set[Shape]()
    for _ in range(depth):
        spoilt: list[Facts] = []
        for name, facts in (one for state in states for one in after_each(state)):
            tried += 1
            why = dead_end(facts)
            if why:
                found.add(f"{product}, {name}: {why}")
            else:
                spoilt += _on_the_way(facts, seen)
        states = spoilt
    return found, tried


@pytest.mark.parametrize("product", FIVE)
def test_after_anything_that_goes_wrong_doing_what_is_waited_for_ends_the_journey(product: str):
    found, tried = _dead_ends(product, depth=1)
    assert found == set()
    assert tried > 15


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("product", [*FIVE, *ELSEWHERE])
def test_after_two_things_that_go_wrong_the_journey_still_ends(product: str):
    found, tried = _dead_ends(product, depth=2)
    assert found == set()
    assert tried > 50


def _wait(facts: Facts) -> tuple[str, Role]:
    wait = waits_for(facts)
    assert wait is not None
    assert wait.until > wait.since
    return wait.command, wait.owner


def _expired_material(command: str) -> Facts:
    facts = waiting_for(command)
    until = material_expires_at(facts)
    assert until is not None
    return with_event(facts, MaterialExpired(due_at=until), until)


def _expired_product(command: str, product: str = MADE) -> Facts:
    facts = waiting_for(command, product)
    stock = supply(facts)
    assert stock is not None
    return with_event(facts, ProductExpired(due_at=stock.expires_at), stock.expires_at)


@pytest.mark.parametrize("command", ["pack-shipment", "deliver-shipment", "start-manufacture"])
def test_expired_cells_are_waited_for_by_nobody_but_collected_again(command: str):
    assert _wait(_expired_material(command)) == ("order-recollection", Role.COORDINATOR)


@pytest.mark.parametrize(
    ("product", "again"),
    [
        (MADE, "order-recollection"),
        (TISSUE, "order-recollection"),
        (ORDERED, "order-replacement"),
        (ALLOCATED, "order-replacement"),
    ],
)
def test_an_expired_product_is_waited_for_by_nobody_but_supplied_again(product: str, again: str):
    expired = _expired_product("accept-product", product)
    assert _wait(expired) == (again, Role.COORDINATOR)
    assert owes(waiting_for("accept-product", product), expired), "somebody is told"


def test_expiry_of_cells_that_are_used_up_or_replaced_changes_nothing():
    facts = waiting_for("complete-manufacture")
    assert lost_by(with_event(facts, MaterialExpired(due_at=LATE), latest(facts))) is None
    facts = waiting_for("accept-product")
    other = with_event(facts, ProductExpired(due_at=LATE), latest(facts))
    assert way_out(other) is None


def test_the_clock_of_each_attempt_is_its_own_so_that_the_one_that_ran_out_stays_on_record():
    facts = _expired_material("start-manufacture")
    while not facts.step or facts.step.command.name != "start-manufacture" or way_out(facts):
        facts = stepped(facts)
    (kind,) = (timer.kind for timer in timers(facts) if timer.kind.startswith("material-expires"))
    until = material_expires_at(facts)
    assert kind == "material-expires:2"
    assert until is not None
    fire = FireTimer(occurred_at=until, kind=kind, due_at=until)
    assert asked(facts, fire, ENGINE).last(MaterialExpired) == MaterialExpired(due_at=until)


def test_what_is_lost_three_times_is_given_up():
    facts = _expired_material("start-manufacture")
    for _ in range(MOST_SUPPLIES):
        facts = stepped(facts)
        while facts.step and facts.step.command.name != "start-manufacture":
            facts = stepped(facts)
        until = material_expires_at(facts)
        assert until is not None
        facts = with_event(facts, MaterialExpired(due_at=until), until)
    assert _wait(facts) == ("give-up-supply", Role.PHYSICIAN)
    assert stepped(facts).ended == "supply-given-up"


def test_a_gate_that_nothing_can_open_is_asked_once_and_then_another_product_is_seen_to():
    facts = waiting_for("clear-for-administration")
    stock = supply(facts)
    assert stock is not None
    late = stock.expires_at + timedelta(hours=1)
    command = stage_named(facts.stages, facts.stage).steps[0].command(occurred_at=late)
    blocked = asked(facts, command, actor(Role.SYSTEM))
    assert blocked.last(AdministrationBlocked)
    assert _wait(blocked)[0] == "lift-hold"
    lifted = blocked
    for _ in range(2):
        move = as_told(lifted)
        lifted = asked(lifted, move.command, move.actor)
    assert _wait(lifted) == ("order-recollection", Role.COORDINATOR)
    assert not engine_owes(lifted)


def _recalled(facts: Facts) -> Facts:
    stock = supply(facts)
    assert stock is not None
    recall = RecallReached(
        recall=facts.journey,
        kind="batch",
        lot="B-1",
        recall_class=2,
        reference="DMRC-1",
        units=stock.units,
        keeper="centre",
        given=False,
    )
    held = with_event(facts, recall, latest(facts))
    for _ in range(2):
        move = as_told(held)
        held = asked(held, move.command, move.actor)
    assert held.hold is None
    return held


def test_a_recalled_product_is_replaced_when_the_hold_is_lifted():
    recalled = _recalled(waiting_for("accept-product", ORDERED))
    assert _wait(recalled) == ("order-replacement", Role.COORDINATOR)


def _recalled_at(command: str) -> Facts:
    return _recalled(waiting_for(command))


@pytest.mark.parametrize("spoilt", [_expired_product, _recalled_at])
def test_nobody_is_conditioned_for_a_product_that_cannot_be_given(spoilt: Callable[[str], Facts]):
    facts = spoilt("start-conditioning")
    begin = StartConditioning(occurred_at=latest(facts) + timedelta(hours=1))
    with pytest.raises(Refused) as refused:
        decide(begin, facts, LATE, actor(Role.PHYSICIAN))
    assert refused.value.code == "product-not-usable"
    check = ClearForConditioning(occurred_at=begin.occurred_at)
    before = spoilt("clear-for-conditioning")
    assert asked(before, check, ENGINE).last(ConditioningBlocked)


def test_after_a_dose_what_is_given_up_is_the_treatment_and_the_patient_is_watched_over():
    facts = next(
        one
        for one in whole(ALLOCATED)
        if one.ever(DoseAdministered) and one.stage == "administration"
    )
    give_up = GiveUpSupply(occurred_at=latest(facts), reason="damaged")
    over = asked(facts, give_up, actor(Role.PHYSICIAN))
    assert over.last(TreatmentStopped)
    assert (over.ended, over.stage) == (None, "monitoring")


def test_every_way_out_is_a_command_of_its_owner():
    spoilt = (after for one in FIVE for facts in whole(one) for _, after in after_each(facts))
    ways = {(left.command, left.owner) for facts in spoilt if (left := way_out(facts))}
    assert {name for name, _ in ways} >= {"order-recollection", "order-replacement"}
    assert [name for name, owner in ways if owner not in COMMANDS[name].roles] == []


def test_on_a_journey_that_goes_well_there_is_never_another_way():
    assert [facts.stage for product in FIVE for facts in whole(product) if way_out(facts)] == []
