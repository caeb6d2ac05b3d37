"""Duties beside the course of a journey: what may be asked."""

from typing import ClassVar

from atmpflow.events.duties import Fulfilled
from atmpflow.message import Command
from atmpflow.people import Role


class FulfilDuty(Command, Fulfilled):
    """Say that a duty is done: somebody was told, a report was sent. Its owner's role may."""

    name: ClassVar = "fulfil-duty"
    roles: ClassVar = frozenset(Role) - {Role.SYSTEM, Role.ADMINISTRATOR}
