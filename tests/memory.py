"""Journeys without a database: the simulated site and the engine's steps, folded in memory."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from uuid import UUID, uuid5

from atmpflow.codes.coi import make as make_coi
from atmpflow.commands import admission, manufacture, shipment
from atmpflow.decide import decide
from atmpflow.events.admission import ReferralReceived, ScreeningRecorded
from atmpflow.events.shipment import ShipmentPacked
from atmpflow.journey import Facts, Recorded, apply, begin
from atmpflow.message import Command, Event
from atmpflow.people import ENGINE, Actor, Role
from atmpflow.products.catalogue import product as product_named
from atmpflow.rules.scheduling import first_joint_slots
from atmpflow.rules.way_out import way_out
from desk.simulation.people import actor
from desk.simulation.site import Move, next_move

BEGUN = datetime(2021, 1, 4, 9, tzinfo=UTC)
LATE = datetime(2090, 1, 1, tzinfo=UTC)
"""Long after everything in these stories, so that nothing lies in the future."""

IDS = UUID("5a3c1c52-5a3d-4a2e-9d0c-2f1d8a9c7e11")
PEOPLE = UUID("0d0f8f6e-7b0a-4c52-9a55-3f3d3a3f7d02")
CENTRE = "R0A"


def opened(product: str = "kymriah", *, name: str = "one", at: datetime = BEGUN) -> Facts:
    """A journey that has just been referred; another `name` is another patient."""
    journey = uuid5(IDS, f"{product}:{name}")
    referral = ReferralReceived(
        person=uuid5(PEOPLE, name),
        source_reference=name,
        referring_organisation=CENTRE,
        treating_centre=CENTRE,
        product=product,
        coi=make_coi(journey.bytes),
        pathway=product_named(product).pathway,
    )
    return begin(journey, Recorded(1, referral, actor(Role.REFERRER), at))


def with_event(facts: Facts, event: Event, at: datetime, who: Actor = ENGINE) -> Facts:
    """The facts after one more event, whoever may say so."""
    return apply(facts, Recorded(facts.version + 1, event, who, at))


def without(facts: Facts, *kinds: type[Event]) -> Facts:
    """The same journey, had these events not happened; for what a rule would say of it."""
    left = tuple(row for row in facts.history if not isinstance(row.event, kinds))
    return replace(facts, history=left)


def asked(facts: Facts, command: Command, who: Actor, *, now: datetime = LATE) -> Facts:
    """The facts after a command. Raises Refused."""
    for event in decide(command, facts, now, who):
        facts = with_event(facts, event, command.occurred_at, who)
    return facts


def _allocation(facts: Facts, at: datetime) -> Command:
    screening = facts.last(ScreeningRecorded)
    assert screening is not None
    return admission.AllocateUnit(
        occurred_at=at,
        units=tuple(
            f"STOCK-{facts.journey.hex[:6]}-{facts.version}-{n}"
            for n, _ in enumerate(facts.product.dose.days)
        ),
        batch="STOCK",
        expires_at=at + timedelta(days=300),
        certified_by="qp-of-the-maker",
        hla=screening.hla,
        restricted_by=screening.hla[:1],
    )


def _slots(facts: Facts, at: datetime) -> Command:
    slots = first_joint_slots(facts.product, facts.referral.treating_centre, [], after=at)
    assert slots is not None
    return admission.BookSlots(occurred_at=at, slots=slots)


def good_leg(facts: Facts, at: datetime) -> shipment.AssessShipment:
    """Readings that stayed in the band and left no gap."""
    return shipment.AssessShipment(
        occurred_at=at,
        readings=100,
        lowest_c=None,
        highest_c=None,
        minutes_outside=0,
        longest_gap_min=5,
        covers_leg=True,
        interval_s=300,
    )


ACTS: dict[type[Command], Callable[[Facts, datetime], Command]] = {
    admission.SubmitToPanel: lambda facts, at: admission.SubmitToPanel(
        occurred_at=at, panel="panel", reference="P-1"
    ),
    admission.BookSlots: _slots,
    admission.PlaceOrder: lambda facts, at: admission.PlaceOrder(occurred_at=at, reference="O-1"),
    admission.AllocateUnit: _allocation,
    shipment.BookCourier: lambda facts, at: shipment.BookCourier(
        occurred_at=at,
        shipment=uuid5(facts.journey, str(facts.version)),
        courier="courier",
        reference="C-1",
    ),
    shipment.AssessShipment: good_leg,
    manufacture.OpenBatch: lambda facts, at: manufacture.OpenBatch(
        occurred_at=at, batch=f"B-{facts.journey.hex[:8]}-{facts.version}"
    ),
}
"""The engine's steps that say more than when, with partners and stock that always have."""


def _log(facts: Facts, since: datetime) -> Command:
    packed = facts.last(ShipmentPacked)
    assert packed is not None
    return shipment.RecordTemperatureLog(
        occurred_at=since + timedelta(minutes=30),
        logger=packed.logger,
        file_sha256="0" * 64,
        readings=100,
    )


def next_command(facts: Facts) -> Move:
    """What the step that waits asks for, by the person (or engine) who owes it."""
    step, since = facts.step, facts.since
    assert step is not None
    assert since is not None
    if way_out(facts):
        move = next_move(facts)
        assert move is not None
        return move
    if step.owner is Role.SYSTEM:
        act = ACTS.get(step.command, lambda _, at: step.command(occurred_at=at))
        return Move(act(facts, since), ENGINE)
    if step.command is shipment.RecordTemperatureLog:
        return Move(_log(facts, since), actor(step.owner))
    move = next_move(facts)
    assert move is not None
    return move


def stepped(facts: Facts) -> Facts:
    """One step further."""
    move = next_command(facts)
    return asked(facts, move.command, move.actor)


@cache
def whole(product: str = "kymriah", name: str = "one") -> tuple[Facts, ...]:
    """Every state of a journey that goes well, from the referral to its end."""
    states = [opened(product, name=name)]
    while not states[-1].ended:
        states.append(stepped(states[-1]))
        assert len(states) < 200, f"stuck at {states[-1].stage}"
    return tuple(states)


def waiting_for(command: str, product: str = "kymriah", *, name: str = "one") -> Facts:
    """The first state of a journey in which it waits for a command, and the site would send it."""
    for facts in whole(product, name):
        if facts.step is None or facts.step.command.name != command:
            continue
        if next_command(facts).command.name == command:
            return facts
    raise LookupError(f"{product} never waits for {command}")
