"""What may be asked: one frozen type each, with the roles that may ask it."""

from atmpflow.commands import (
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
from atmpflow.message import Command

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

COMMANDS: dict[str, type[Command]] = {
    kind.name: kind
    for room in _ROOMS
    for kind in vars(room).values()
    if isinstance(kind, type) and issubclass(kind, Command) and kind is not Command
}
"""Every command by its name."""
