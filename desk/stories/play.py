"""Playing a story: one thing of the site at a time, through the same commands as a real one."""

from collections.abc import Callable
from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import Engine

from atmpflow.commands.shipment import RecordTemperatureLog
from atmpflow.duties import announced, open_duties
from atmpflow.journey import Facts
from atmpflow.people import Role
from atmpflow.products.catalogue import product as product_named
from atmpflow.referral import PatientIdentity, Referral
from atmpflow.waits import engine_owes
from desk.demo.clock import local_time
from desk.simulation.logger import export
from desk.simulation.people import actor
from desk.simulation.signing import signed
from desk.simulation.site import Move, next_move
from desk.simulation.step import present
from desk.simulation.stock import shelf
from desk.stories.story import MINUTE, Story, beside, latest, next_of
from models.record import Request, record
from models.stock import shelve
from tasks import clock
from tasks.logger import record_log
from tasks.mismatch import hold_others
from tasks.open import open_journey
from tasks.recall import spread
from tasks.timers import fire_all_due

REFERRED = date(2021, 1, 4)
CENTRE = "R0A"
STEPS = 400
"""More than any story takes; a story that needs more goes in circles."""


def number_of(serial: int) -> str:
    """An NHS number of the range 999, which is never issued."""
    while True:
        digits = f"999{serial % 10**6:06d}"
        weighed = zip(digits, range(10, 1, -1), strict=True)
        check = -sum(int(digit) * weight for digit, weight in weighed) % 11
        if check != 10:
            return f"{digits}{check}"
        serial += 500_000


def refer(engine: Engine, story: Story) -> list[UUID]:
    """Refer the story's patients; the first is the one it is about."""
    if product_named(story.product).pathway == "allogeneic":
        shelve(engine, shelf(clock.wall(), batches=6))
    return [_refer(engine, story) for _ in range(1 + story.others)]


def _refer(engine: Engine, story: Story) -> UUID:
    serial = uuid4().int
    referral = Referral(
        source_reference=f"STORY-{serial % 10**12:012d}",
        referring_organisation=CENTRE,
        treating_centre=CENTRE,
        product=story.product,
        referred_on=REFERRED,
        trial=story.trial,
        patient=PatientIdentity(
            nhs_number=number_of(serial),
            family_name="Simulated",
            given_name=f"Patient {serial % 10**4:04d}",
            birth_date=date(1980, 2, 29),
            sex="female",
        ),
    )
    return open_journey(engine, referral, actor(Role.REFERRER)).journey


def _usual(facts: Facts, since: datetime) -> Move | None:
    return next_move(facts)


def play_one(engine: Engine, story: Story, facts: Facts) -> bool:
    """Let the site do its next thing in a story; false when it has nothing to do."""
    if story.beside is not None and story.beside(engine, facts):
        return True
    move = next_of(story, facts, _usual)
    if move is None:
        step = facts.step
        if step is None or step.command is not RecordTemperatureLog or facts.hold is not None:
            return False
        at = latest(facts) + 30 * MINUTE
        log = export(facts, above=story.warm(facts))
        record_log(engine, facts.journey, log, actor(step.owner), at=at)
        return True
    key = f"story:{facts.journey}:{facts.version}"
    request = Request(move.command, move.actor, key, facts.journey, facts.version)
    record(engine, signed(engine, request), clock.wall())
    return True


def told(story: Story, facts: Facts) -> bool:
    """Is the story at its end, with nothing left that somebody in it must answer?"""
    if not story.until(facts) or (facts.hold is not None and not facts.ended):
        return False
    return all(duty.name in announced(facts) for duty in open_duties(facts))


def tell(
    engine: Engine,
    story: Story,
    *,
    drain: Callable[[Engine, Facts], object],
    set_clock: Callable[[datetime], None],
) -> Facts:
    """A story from the referral to its end without Prefect; returns the facts of its journey."""
    first, *others = refer(engine, story)
    for journey in others:
        _run(engine, beside(story), journey, drain, set_clock)
    return _run(engine, story, first, drain, set_clock)


def _run(
    engine: Engine,
    story: Story,
    journey: UUID,
    drain: Callable[[Engine, Facts], object],
    set_clock: Callable[[datetime], None],
) -> Facts:
    facts = present(engine, journey)
    for _ in range(STEPS):
        if told(story, facts):
            return facts
        before = facts.version
        set_clock(reached(story, facts))
        if engine_owes(facts):
            drain(engine, facts)
        else:
            fire_all_due()
            hold_others(engine)
            spread(engine)
            facts = present(engine, journey)
            if facts.version == before:
                play_one(engine, story, facts)
        facts = present(engine, journey)
        assert facts.version > before, f"stuck at {facts.stage}"  # noqa: S101 - a story that stops
    raise RuntimeError("the story goes in circles")


def reached(story: Story, facts: Facts) -> datetime:
    """How far time has come: to the next visit when it is waited for, or past ignored clocks."""
    at = max(latest(facts), local_time(facts) or latest(facts))
    ignored = [
        duty.due_at
        for duty in open_duties(facts)
        if duty.name.partition(":")[0] in story.unanswered and duty.name not in announced(facts)
    ]
    return max([at, *(ignored if story.until(facts) else ())])
