"""A recall that reaches a journey: what may be asked."""

from typing import ClassVar

from atmpflow.events.recall import Notice
from atmpflow.message import Command
from atmpflow.people import Role


class NotifyRecall(Command, Notice):
    """The engine tells a journey of a recall that touches it."""

    name: ClassVar = "notify-recall"
    roles: ClassVar = frozenset({Role.SYSTEM})
