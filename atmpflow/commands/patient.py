"""The patient while the product is made, and death at any time: what may be asked."""

from typing import ClassVar

from atmpflow.events.after import Died
from atmpflow.events.patient import Deteriorated, Fitness
from atmpflow.message import Command
from atmpflow.people import Role


class AssessFitness(Command, Fitness):
    """The treating physician examined the patient for conditioning or for the dose."""

    name: ClassVar = "assess-fitness"
    roles: ClassVar = frozenset({Role.PHYSICIAN})


class RecordDeterioration(Command, Deteriorated):
    """The patient became worse before the treatment; everything stops until decided."""

    name: ClassVar = "record-deterioration"
    roles: ClassVar = frozenset({Role.PHYSICIAN})


class RecordDeath(Command, Died):
    """The patient died; recorded at whatever time it becomes known, also after the end."""

    name: ClassVar = "record-death"
    roles: ClassVar = frozenset({Role.PHYSICIAN, Role.COORDINATOR, Role.NURSE})
