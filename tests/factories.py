"""Building things for tests: people, referrals, stock, and journeys walked by real commands."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Engine

from atmpflow.commands.after import LiftHold, PlaceHold
from atmpflow.errors import Refused
from atmpflow.journey import Facts
from atmpflow.message import Command
from atmpflow.people import Actor, Role
from atmpflow.products.catalogue import product as product_named
from atmpflow.referral import PatientIdentity, Referral
from atmpflow.waits import engine_owes
from desk.simulation.people import actor
from desk.simulation.signing import signed
from desk.simulation.site import Move, next_move
from desk.simulation.step import play_one, present
from models.record import Answer, Request, record
from models.stock import Shelved, shelve
from tasks import clock
from tasks.acts import ALL, by_command
from tasks.answer import Outcome, drain
from tasks.open import open_journey

ACTS = by_command(ALL)
CENTRE = "R0A"
FIRST_DAY = date(2021, 1, 4)
LATE = datetime(2090, 1, 1, tzinfo=UTC)
"""Long after every visit of every plan: when a story's last chapters are recorded."""

_WEIGHTS = range(10, 1, -1)
_serial = count(100_001)
"""Above the numbers of the examples, and of patients that tests name themselves."""


def nhs_number(serial: int | None = None) -> str:
    """A valid NHS number of the range 999, which is never issued; a new one each time."""
    number = next(_serial) if serial is None else serial
    while True:
        digits = f"999{number % 10**6:06d}"
        check = -sum(int(d) * w for d, w in zip(digits, _WEIGHTS, strict=True)) % 11
        if check != 10:
            return f"{digits}{check}"
        number += 500_000


def patient(**changed: Any) -> PatientIdentity:
    """Somebody who has not been here before."""
    values = {
        "nhs_number": nhs_number(),
        "family_name": "Example",
        "given_name": "Ada",
        "birth_date": "1980-02-29",
        "sex": "female",
    }
    return PatientIdentity(**{**values, **changed})


def referral(product: str = "kymriah", **changed: Any) -> Referral:
    """A referral in order, with a reference of its own; a week apart, so that beds are free."""
    week = next(_serial) % 150
    values = {
        "source_reference": f"REF-{uuid4().hex[:12]}",
        "referring_organisation": CENTRE,
        "treating_centre": CENTRE,
        "product": product,
        "referred_on": FIRST_DAY + timedelta(weeks=week),
        "patient": patient(),
    }
    return Referral(**{**values, **changed})


def opened(app: Engine, product: str = "kymriah", **changed: Any) -> UUID:
    """A journey that has just been referred."""
    return open_journey(app, referral(product, **changed), actor(Role.REFERRER)).journey


def stocked(app: Engine, product: str = "ebvallo", units: int = 3) -> str:
    """A batch of stock units that match the simulated patient; returns its number."""
    batch = f"STOCK-{uuid4().hex[:8].upper()}"
    shelf = [
        Shelved(
            unit=f"{batch}-{number}",
            product=product,
            batch=batch,
            hla=("A*02:01", "B*07:02", "C*07:02"),
            restricted_by=("A*02:01",),
            expires_at=datetime(2026, 1, 1, tzinfo=UTC),
            certified_by="qp-of-the-maker",
        )
        for number in range(units)
    ]
    assert shelve(app, shelf) == units
    return batch


def ask(
    app: Engine,
    facts: Facts,
    command: Command,
    who: Actor,
    *,
    key: str = "",
    now: datetime | None = None,
) -> Answer:
    """Record a command at the version that `facts` show. Raises Refused."""
    request = Request(command, who, key or str(uuid4()), facts.journey, facts.version)
    at = now or clock.wall()
    return record(app, signed(app, request, at), at)


def refused(app: Engine, facts: Facts, command: Command, who: Actor) -> Refused:
    """The refusal of a command that must be refused."""
    try:
        ask(app, facts, command, who)
    except Refused as refusal:
        return refusal
    raise AssertionError(f"{command.name} was not refused")


def engine_steps(app: Engine, facts: Facts) -> list[Outcome]:
    """What the flow of the present stage does, for this journey."""
    return drain(app, facts.stage, ACTS, journey=facts.journey)


def move_of(facts: Facts) -> Move:
    """What the simulated site would send now."""
    move = next_move(facts)
    assert move is not None
    return move


def step(app: Engine, facts: Facts) -> Facts:
    """One step further: by the engine where it owes one, else by the simulated site."""
    assert facts.step is not None
    if engine_owes(facts):
        outcomes = engine_steps(app, facts)
        assert outcomes, f"nobody was told of {facts.step.command.name}"
    elif facts.stage == "follow_up":
        move = move_of(facts)
        ask(app, facts, move.command, move.actor, now=LATE)
    else:
        play_one(app, facts)
    after = present(app, facts.journey)
    assert after.version > facts.version, f"stuck at {facts.stage}"
    return after


def walk(app: Engine, journey: UUID, until: Callable[[Facts], bool]) -> Facts:
    """Go on until something holds, or the journey has ended."""
    facts = present(app, journey)
    while not (until(facts) or facts.ended):
        facts = step(app, facts)
    return facts


def waits_for(command: str) -> Callable[[Facts], bool]:
    """Does a journey wait for this command?"""
    return lambda facts: facts.step is not None and facts.step.command.name == command


def journey_at(app: Engine, command: str, product: str = "kymriah") -> Facts:
    """A new journey, walked through real commands until it waits for `command`."""
    if product_named(product).pathway == "allogeneic":
        stocked(app, product)
    facts = walk(app, opened(app, product), waits_for(command))
    assert not facts.ended, f"{product} ended before {command}"
    return facts


def finished(app: Engine, product: str = "kymriah") -> Facts:
    """A whole journey, to the last visit of its follow-up."""
    if product_named(product).pathway == "allogeneic":
        stocked(app, product)
    return walk(app, opened(app, product), lambda facts: False)


def held(app: Engine, facts: Facts, reason: str = "DEV-1") -> Facts:
    """The journey, put on hold."""
    at = facts.since or LATE
    ask(app, facts, PlaceHold(occurred_at=at, reason=reason), actor(Role.COMPLIANCE))
    return present(app, facts.journey)


def lifted(app: Engine, facts: Facts) -> Facts:
    """The journey, after two different people have agreed to go on."""
    for who in (actor(Role.PHYSICIAN), actor(Role.PHARMACIST)):
        now = present(app, facts.journey)
        ask(app, now, LiftHold(occurred_at=now.history[-1].occurred_at, reason="CAPA-1"), who)
    return present(app, facts.journey)
