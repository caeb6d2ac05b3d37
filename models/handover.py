"""Units as they change hands: who holds each, in which state, and when a new one begins."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from atmpflow.journey import Facts, Recorded
from atmpflow.rules.supply import units_in_transit
from models.changes import Change, Insert, Update
from models.material import Custody, Unit


def take(unit: str, holder: str, row: Recorded, journey: UUID) -> Insert:
    """Custody of a unit begins."""
    return Insert(
        Custody,
        {
            "unit": unit,
            "journey_id": journey,
            "holder": holder,
            "role": row.actor.role,
            "starts_at": row.occurred_at,
        },
    )


def give_up(unit: str, row: Recorded) -> Update:
    """Custody of a unit ends."""
    return Update(Custody, {"unit": unit, "ends_at": None}, {"ends_at": row.occurred_at})


def hand_over(holder: str, row: Recorded, facts: Facts) -> Iterator[Change]:
    """Everything in transit goes from one holder to the next, at the same moment."""
    for unit in units_in_transit(facts):
        yield give_up(unit, row)
        yield take(unit, holder, row, facts.journey)


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
