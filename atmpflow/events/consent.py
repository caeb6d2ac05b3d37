"""Consent taken back or given anew, and what becomes of the cells: what can have happened."""

from typing import ClassVar, Literal

from pydantic import Field

from atmpflow.events.admission import ConsentGiven, Scope, Wish
from atmpflow.message import Content, Event, Text

Keeper = Literal["nobody", "centre", "manufacturer"]


class LeftOver(Content):
    """Cells that will not be given: which, with whom, and what the patient wished for them."""

    units: tuple[Text, ...] = ()
    unused_cells: Wish = "destroy"
    keeper: Keeper = "nobody"


class TakenBack(Content):
    scopes: tuple[Scope, ...] = Field(
        min_length=1, title="Scopes", description="What the patient no longer agrees to"
    )
    unused_cells: Wish | None = Field(
        default=None,
        title="Cells not given",
        description="Where the patient now wishes otherwise than the consent said",
    )


class ConsentWithdrawn(Event, TakenBack):
    name: ClassVar = "consent.withdrawn"
    lasting: ClassVar = True


class ConsentRenewed(ConsentGiven):
    """Scopes that were taken back and agreed to anew."""

    name: ClassVar = "consent.renewed"


class TreatmentStopped(Event, LeftOver):
    """Some doses were given and no more will be; the patient is watched over as planned."""

    name: ClassVar = "treatment.stopped"
    lasting: ClassVar = True

    doses: int


class FollowUpEnded(Event):
    """The patient wishes no further contact; what is on record stays, and stays traceable."""

    name: ClassVar = "follow_up.ended"
    lasting: ClassVar = True
