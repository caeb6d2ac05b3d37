"""Reaching a patient who does not come: what may be asked."""

from typing import ClassVar

from atmpflow.events.contact import Attempt, Found
from atmpflow.message import Command
from atmpflow.people import Role

_TEAM = frozenset({Role.COORDINATOR, Role.PHYSICIAN, Role.NURSE})


class RecordContactAttempt(Command, Attempt):
    """Somebody tried to reach the patient, or asked GP, registry or relatives."""

    name: ClassVar = "record-contact-attempt"
    roles: ClassVar = _TEAM


class DeclareLost(Command):
    """The treating physician finds that everything was tried; never without it on record."""

    name: ClassVar = "declare-lost"
    roles: ClassVar = frozenset({Role.PHYSICIAN})


class RecordFound(Command, Found):
    """The patient was heard of again; the plan goes on where it was."""

    name: ClassVar = "record-found"
    roles: ClassVar = _TEAM
