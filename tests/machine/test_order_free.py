"""Invariant 14: whatever the order in which things arrive, the end is the same, or a hold.

Everything that people said of a journey is delivered in another order, some of it several times,
and again until nothing more is accepted, as senders do who are answered with a refusal. The
engine does its own steps whenever they are due. What stops a journey arrives at any place among
the rest: wherever that is, nothing is released after it.
"""

from collections import Counter
from collections.abc import Sequence
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from atmpflow.commands.after import PlaceHold, Withdraw
from atmpflow.commands.consent import WithdrawConsent
from atmpflow.commands.patient import RecordDeath, RecordDeterioration
from atmpflow.errors import Refused
from atmpflow.events.administration import DoseAdministered
from atmpflow.journey import Facts
from atmpflow.message import Command
from atmpflow.people import Actor, Role
from desk.simulation.people import actor
from tests.memory import LATE, asked, next_command, opened

PRODUCTS = ("kymriah", "aucatzyl", "holoclar", "ebvallo", "zolgensma")
RELEASED = {
    "shipment.accepted", "deviation.accepted", "quality.passed", "batch.certified",
    "product.accepted", "conditioning.started", "product.thawed", "dose.prepared",
    "dose.administered",
}  # fmt: skip
"""What lets cells go on towards a patient."""

STOPS = {
    "hold": (PlaceHold(occurred_at=LATE, reason="DEV-1"), actor(Role.COMPLIANCE)),
    "withdrawal": (Withdraw(occurred_at=LATE, reason="clinical"), actor(Role.PHYSICIAN)),
    "consent": (
        WithdrawConsent(occurred_at=LATE, scopes=("treatment",)),
        actor(Role.COORDINATOR),
    ),
    "death": (RecordDeath(occurred_at=LATE), actor(Role.PHYSICIAN)),
    "deterioration": (
        RecordDeterioration(occurred_at=LATE, ecog=4, reason="infection"),
        actor(Role.PHYSICIAN),
    ),
}

Said = tuple[Command, Actor]


@cache
def story(product: str) -> tuple[tuple[Said, ...], Facts]:
    """What people said of a journey up to its first visit, in order, and how it stood then."""
    facts, said = _engine(opened(product)), []
    while facts.stage != "follow_up":
        move = next_command(facts)
        said.append((move.command, move.actor))
        facts = _engine(asked(facts, move.command, move.actor))
    return tuple(said), facts


def _engine(facts: Facts) -> Facts:
    """Everything the engine owes now."""
    while facts.step is not None and facts.step.owner is Role.SYSTEM and facts.hold is None:
        move = next_command(facts)
        facts = asked(facts, move.command, move.actor)
    return facts


def delivered(product: str, sent: Sequence[Said]) -> Facts:
    """A journey after all this was sent in this order, and again until nothing is accepted."""
    facts, waiting, moved = _engine(opened(product)), list(sent), True
    accepted: list[Said] = []
    while waiting and moved:
        left: list[Said] = []
        for one in waiting:
            if one in accepted:
                continue  # its key has been answered: nothing comes of it again
            try:
                facts = _engine(asked(facts, *one))
                accepted.append(one)
            except Refused:
                left.append(one)
        moved, waiting = len(left) < len(waiting), left
    return facts


def _names(facts: Facts) -> list[str]:
    return [row.event.name for row in facts.history]


@st.composite
def orders(draw: st.DrawFn, farthest: int = 60) -> tuple[str, list[Said]]:
    """A journey and what was said of it, shuffled a little or wholly, some of it twice."""
    product = draw(st.sampled_from(PRODUCTS))
    said, _ = story(product)
    far = draw(st.sampled_from([0, 2, 5, 60])) if farthest else 0
    late = [draw(st.integers(0, far)) for _ in said]
    order = sorted(range(len(said)), key=lambda index: (index + late[index], index))
    twice = draw(st.sets(st.integers(0, len(said) - 1), max_size=5))
    return product, [one for index in order for one in [said[index]] * (1 + (index in twice))]


def _end(facts: Facts) -> tuple[object, ...]:
    """Where a journey has come to, and everything that happened on the way."""
    given = [(event.dose, event.scanned_unit) for _, event in facts.all(DoseAdministered)]
    where = (facts.stage, facts.position, facts.ended, facts.hold, facts.since)
    return *where, given, sorted(_names(facts))


def _same_end_or_stopped(product: str, sent: list[Said]) -> None:
    """What came too early was refused, or stopped the journey: a bag of the way back, scanned
    on the way out, is a label that is not expected. Nothing was released but what is in order."""
    _, in_order = story(product)
    facts = delivered(product, sent)
    if _end(facts) == _end(in_order):
        return
    waits_for_people = facts.step is not None and facts.step.owner is not Role.SYSTEM
    assert facts.hold is not None or waits_for_people
    assert _releases(facts) <= _releases(in_order)


def _releases(facts: Facts) -> Counter[str]:
    return Counter(name for name in _names(facts) if name in RELEASED)


def _nothing_released_after(product: str, sent: list[Said], stop: str, at: int) -> None:
    command, who = STOPS[stop]
    facts = delivered(product, [*sent[:at], (command, who), *sent[at:]])
    names = _names(facts)
    told = next((seq for seq, row in enumerate(facts.history) if row.occurred_at == LATE), None)
    if told is None:
        assert "treatment.completed" in names  # too late: there was nothing left to stop
        return
    over = {"treatment.completed", "treatment.stopped"} & set(names[: told + 2])
    assert facts.hold is not None or facts.ended or over
    assert RELEASED.isdisjoint(names[told:])


@settings(max_examples=15)
@given(orders(farthest=0))
def test_what_is_said_twice_comes_to_the_same_end(order: tuple[str, list[Said]]):
    product, sent = order
    assert _end(delivered(product, sent)) == _end(story(product)[1])


@settings(max_examples=25)
@given(orders())
def test_every_order_comes_to_the_same_end_or_to_a_stop(order: tuple[str, list[Said]]):
    _same_end_or_stopped(*order)


@settings(max_examples=25)
@given(orders(), st.sampled_from(sorted(STOPS)), st.integers(0, 40))
def test_wherever_a_stop_arrives_nothing_is_released_after_it(
    order: tuple[str, list[Said]], stop: str, at: int
):
    _nothing_released_after(*order, stop, at)


@pytest.mark.slow
@pytest.mark.timeout(3600)
@settings(max_examples=10_000)
@given(orders(), st.sampled_from(sorted(STOPS)), st.integers(0, 40))
def test_ten_thousand_orders_come_to_the_same_end_or_stop(
    order: tuple[str, list[Said]], stop: str, at: int
):
    _same_end_or_stopped(*order)
    _nothing_released_after(*order, stop, at)
