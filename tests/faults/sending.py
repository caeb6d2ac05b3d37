"""A person's system that sends until it is answered, while the database comes and goes."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TypeVar
from uuid import UUID, uuid4

import psycopg
from sqlalchemy.exc import OperationalError

from atmpflow.commands.after import LiftHold, PlaceHold
from atmpflow.journey import Facts
from atmpflow.people import Role
from desk.simulation.people import actor
from desk.simulation.step import present
from models.record import Answer, Request
from tasks.answer import drain
from tasks.engine import engine
from tasks.open import open_journey
from tasks.takeover import take_over
from tests.factories import nhs_number, opened, patient, referral, waits_for
from tests.faults import deeds
from tests.faults.killing import order_of

AWAY = (psycopg.OperationalError, OperationalError)
AGAIN_AFTER_S = 0.05

T = TypeVar("T")


@dataclass
class Sender:
    """What was acknowledged, by key, with the version; and how often nobody answered."""

    acknowledged: dict[str, tuple[UUID, int]] = field(default_factory=dict)
    unanswered: int = 0

    def until_answered(self, ask: Callable[[], T]) -> T:
        while True:
            try:
                return ask()
            except AWAY:
                self.unanswered += 1
                time.sleep(AGAIN_AFTER_S)

    def whole_journey(self, product: str, number: int) -> None:
        """Everything that happens to one patient until the follow-up begins.

        Who it is the caller says by a number: forks would count up to the same one.
        """
        made = referral(product, patient=patient(nhs_number=nhs_number(number)))
        referrer = actor(Role.REFERRER)
        journey = self.until_answered(partial(open_journey, engine(), made, referrer)).journey
        while not _at_end(facts := self.until_answered(lambda: present(engine(), journey))):
            assert facts.step is not None
            if facts.step.owner is Role.SYSTEM:
                self.until_answered(partial(_answer, facts))
            else:
                self._send(order_of(facts))

    def holds(self, journey: UUID, times: int) -> None:
        """A journey put on hold and set free by two people, again and again."""
        at = self.until_answered(lambda: present(engine(), journey)).history[-1].occurred_at
        for _ in range(times):
            for command, role in (
                (PlaceHold(occurred_at=at, reason="DEV-1"), Role.COMPLIANCE),
                (LiftHold(occurred_at=at, reason="CAPA-1"), Role.PHYSICIAN),
                (LiftHold(occurred_at=at, reason="CAPA-1"), Role.PHARMACIST),
            ):
                self._send(Request(command, actor(role), str(uuid4()), journey))

    def _send(self, sent: deeds.Sent) -> None:
        """One message, the same each time; a repetition is told the first answer."""
        told = self.until_answered(lambda: deeds.send(sent))
        assert isinstance(told, Answer), told
        if isinstance(sent, Request):
            self.acknowledged[sent.key] = sent.journey, told.version


def _answer(facts: Facts) -> None:
    """The engine's step; what an outage left claimed is taken over, as a new worker does."""
    take_over(engine())
    drain(engine(), facts.stage, deeds.ACTS, journey=facts.journey)


def _at_end(facts: Facts) -> bool:
    return bool(facts.ended) or waits_for("record-follow-up")(facts)


def send_holds(times: int, until: str) -> Sender:
    """Journeys put on hold so often, one after another, until a file is there."""
    sender = Sender()
    while not Path(until).exists():
        journey = sender.until_answered(lambda: opened(engine()))
        sender.holds(journey, times)
    return sender


def send_all(product: str, patients: range) -> Sender:
    """A whole journey of each patient, one after another."""
    sender = Sender()
    for number in patients:
        sender.whole_journey(product, number)
    return sender
