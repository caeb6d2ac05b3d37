"""What can have happened: one frozen type each; the only place an event's name is written."""

from atmpflow.events import (
    administration,
    admission,
    after,
    collection,
    consent,
    contact,
    damage,
    duties,
    exception,
    harm,
    identity,
    manufacture,
    patient,
    recall,
    recovery,
    remaking,
    shipment,
)
from atmpflow.message import Event

_ROOMS = (
    admission,
    collection,
    shipment,
    manufacture,
    administration,
    after,
    duties,
    identity,
    consent,
    patient,
    recall,
    harm,
    contact,
    recovery,
    remaking,
    exception,
    damage,
)

EVENTS: dict[str, type[Event]] = {
    kind.name: kind
    for room in _ROOMS
    for kind in vars(room).values()
    if isinstance(kind, type) and issubclass(kind, Event) and kind is not Event
}
"""Every event by its name."""


def read_event(name: str, payload: dict[str, object]) -> Event:
    """The event a ledger row holds."""
    return EVENTS[name].model_validate(payload)
