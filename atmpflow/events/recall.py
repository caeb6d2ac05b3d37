"""A recall that reaches a journey: what can have happened."""

from typing import ClassVar, Literal
from uuid import UUID

from pydantic import Field

from atmpflow.events.consent import Keeper
from atmpflow.message import Content, Event, Text

Recalled = Literal[
    "batch", "unit", "donation", "vector", "reagent", "medium", "disposable", "shipper"
]
"""What a recall can be of. A donation is starting material, and what was made of it."""


class Notice(Content):
    """What a recall says of one journey: its class, and which of its units are touched."""

    recall: UUID
    kind: Recalled
    lot: Text
    recall_class: int = Field(ge=1, le=4)
    reference: Text
    units: tuple[Text, ...] = ()


class RecallReached(Event, Notice):
    """This journey holds, or was given, something that is recalled: everything stops."""

    name: ClassVar = "recall.reached"
    lasting: ClassVar = True

    keeper: Keeper
    given: bool
