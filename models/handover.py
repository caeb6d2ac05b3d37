"""Units as they change hands: who holds each, in which state, and when a new one begins."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from atmpflow.journey import Facts, Recorded
from atmpflow.rules.supply import units_in_transit
from models.changes import Change, Insert, Update
from models.material import Custody, Unit


@dataclass(frozen=True, slots=True)
class HandOver:
    """From whom to whom, and the shipper's label as it was scanned at one of the two ends."""

    giver: str
    receiver: str
    giver_scan: str | None = None
    receiver_scan: str | None = None


def take(unit: str, holder: str, row: Recorded, journey: UUID) -> Insert:
    """Custody of a unit begins: nobody gave it."""
    return Insert(
        Custody,
        {
            "unit": unit,
            "journey_id": journey,
            "holder": holder,
            "role": row.actor.role,
            "starts_at": row.occurred_at,
            "giver": None,
            "giver_scan": None,
            "receiver_scan": None,
        },
    )


def give_up(unit: str, row: Recorded) -> Update:
    """Custody of a unit ends."""
    return Update(Custody, {"unit": unit, "ends_at": None}, {"ends_at": row.occurred_at})


def hand_over(
    hands: HandOver, row: Recorded, facts: Facts, *, packed: str | None = None
) -> Iterator[Change]:
    """Everything in transit goes from one holder to the next, at the same moment.

    `packed` is the unit that the giver scanned into the shipper.
    """
    for unit in units_in_transit(facts):
        yield give_up(unit, row)
        taken = take(unit, hands.receiver, row, facts.journey)
        given = {"giver": hands.giver, "receiver_scan": hands.receiver_scan}
        scan = packed if unit == packed else hands.giver_scan
        yield Insert(Custody, {**taken.values, **given, "giver_scan": scan})


def came_out(unit: str, since: datetime | None) -> Update:
    """The receiver scanned a unit that they have held `since` its delivery."""
    return Update(Custody, {"unit": unit, "starts_at": since}, {"receiver_scan": unit})


def in_state(unit: str, state: str) -> Update:
    """A unit is now in this state."""
    return Update(Unit, {"unit": unit}, {"state": state})


def all_in_state(facts: Facts, state: str) -> Iterator[Change]:
    """Everything in transit is now in this state."""
    for unit in units_in_transit(facts):
        yield in_state(unit, state)


def new_unit(unit: str, row: Recorded, facts: Facts, **more: Any) -> Insert:
    """A unit begins, as this journey's for ever."""
    return Insert(
        Unit,
        {"unit": unit, "journey_id": facts.journey, "recorded_at": row.occurred_at, **more},
    )
