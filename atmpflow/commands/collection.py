"""Collection of the starting material: what may be asked."""

from typing import ClassVar

from atmpflow.events.collection import Collected, Counted
from atmpflow.message import Command
from atmpflow.people import Role


class RecordCollection(Command, Collected):
    """The apheresis nurse or surgeon's team collected the starting material."""

    name: ClassVar = "record-collection"
    roles: ClassVar = frozenset({Role.NURSE})


class RecordCellCount(Command, Counted):
    """The cell laboratory counted the material."""

    name: ClassVar = "record-cell-count"
    roles: ClassVar = frozenset({Role.LABORATORY})


class AssessCollection(Command):
    """The engine holds the count against the product's minimum."""

    name: ClassVar = "assess-collection"
    roles: ClassVar = frozenset({Role.SYSTEM})
