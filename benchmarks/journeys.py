"""Journeys for benchmarks: who is referred, and what would be recorded next."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID, uuid4

from sqlalchemy import Engine
from stdnum.gb.nhs import is_valid

from atmpflow.commands.admission import BookSlots, Refer
from atmpflow.commands.shipment import RecordTemperatureLog
from atmpflow.journey import Facts
from atmpflow.message import Command
from atmpflow.people import ENGINE, Actor, Role
from atmpflow.referral import PatientIdentity, Referral
from desk.simulation.people import actor
from desk.simulation.site import next_move
from desk.simulation.step import play_one, present
from models.database import transaction
from models.people import remember
from models.record import Claim, Request, record
from models.work import claim
from tasks import clock
from tasks.acts import ALL, by_command

PRODUCT = "kymriah"
CENTRE = "R0A"
FIRST_DAY = date(2018, 1, 1)
ACTS = by_command(ALL)


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that is ready to be recorded, and the claim it answers, if any."""

    request: Request
    claim: Claim | None = None


def referral(number: int, product: str, on: date | None = None) -> Referral:
    """The referral of one more person who does not exist; ten days apart, so that beds are free.

    Or all on the same day, where one is given.
    """
    return Referral(
        source_reference=f"BENCH-{number}",
        referring_organisation=CENTRE,
        treating_centre=CENTRE,
        product=product,
        referred_on=on or FIRST_DAY + timedelta(days=10 * (number % 250)),
        patient=PatientIdentity(
            nhs_number=_nhs_number(number),
            family_name="Example",
            given_name="Ada",
            birth_date=date(1980, 2, 29),
            sex="female",
        ),
    )


def _nhs_number(number: int) -> str:
    """A valid number of the range 999, which is never issued."""
    # Of two neighbours one has a check digit: where the first sum gives 10, the second gives 8.
    texts = (f"999{2 * number + more:06d}{digit}" for more in (0, 1) for digit in range(10))
    return next(text for text in texts if is_valid(text))


def refer(app: Engine, number: int, product: str = PRODUCT, *, on: date | None = None) -> Asked:
    """The first command of a journey; the identity is put aside already."""
    wanted = referral(number, product, on)
    person = remember(app, wanted.patient, clock.wall())
    at = datetime.combine(wanted.referred_on, time(), UTC)
    values = wanted.model_dump(exclude={"patient", "referred_on"})
    command = Refer(occurred_at=at, person=person, **values)
    key = f"refer:{wanted.source_reference}"
    return Asked(Request(command, actor(Role.REFERRER), key, uuid4()))


def next_asked(app: Engine, journey: UUID) -> Asked:
    """What is recorded next in a journey: by the engine's own step, or by the simulated site."""
    facts = present(app, journey)
    step = facts.step
    assert step is not None, "the journey has ended"
    assert facts.since is not None
    if step.owner is not Role.SYSTEM:
        move = next_move(facts)
        assert move is not None, f"nobody plays {step.command.name}"
        return Asked(_request(facts, move.command, move.actor))
    act = ACTS.get(step.command)
    command = act(facts, facts.since) if act else step.command(occurred_at=facts.since)
    return Asked(_request(facts, command, ENGINE), _claimed(app, facts))


def _request(facts: Facts, command: Command, who: Actor) -> Request:
    return Request(command, who, f"{facts.journey}:{facts.version}", facts.journey, facts.version)


def _claimed(app: Engine, facts: Facts) -> Claim:
    with transaction(app) as connection:
        (owed,) = claim(
            connection,
            facts.stage,
            worker="benchmark",
            now=clock.wall(),
            limit=1,
            journey=facts.journey,
        )
    return Claim(owed.reaction, owed.fence, "benchmark")


def play_alone(app: Engine, journey: UUID) -> None:
    """Do what is more than a record, if it is next: send a logger's file, or find free slots.

    Slots that several journeys look for side by side would be the same ones.
    """
    facts = present(app, journey)
    due = facts.step.command if facts.step else None
    if due is RecordTemperatureLog:
        play_one(app, facts)
    elif due is BookSlots:
        asked = next_asked(app, journey)
        record(app, asked.request, clock.wall(), asked.claim)
