"""Labels that are not this journey's, and labels that are replaced: what may be asked."""

from typing import ClassVar

from atmpflow.events.identity import Implicated, Relabelled
from atmpflow.message import Command
from atmpflow.people import Role


class ImplicateJourney(Command, Implicated):
    """The engine stops the journey whose label was read where another's belonged."""

    name: ClassVar = "implicate-journey"
    roles: ClassVar = frozenset({Role.SYSTEM})


class RelabelUnit(Command, Relabelled):
    """Replace a label that cannot be read or trusted; right when a second person asks the same."""

    name: ClassVar = "relabel-unit"
    roles: ClassVar = frozenset(
        {Role.NURSE, Role.LABORATORY, Role.MANUFACTURER, Role.PHARMACIST, Role.COMPLIANCE}
    )
