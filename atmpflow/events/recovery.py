"""When collection, transit or a slot goes wrong: what can have happened."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from atmpflow.events.admission import Slot
from atmpflow.message import Content, Event, Text, Utc


class Uncollected(Content):
    reason: Literal["access", "unwell", "reaction", "machine", "did-not-attend"] = Field(
        title="Reason", description="Why nothing was collected"
    )


class CollectionFailed(Event, Uncollected):
    """Nothing was collected; the patient was told and sent home or treated."""

    name: ClassVar = "collection.failed"
    lasting: ClassVar = True


class Lost(Content):
    reason: Literal[
        "expired", "delayed", "excursion", "damaged", "insufficient", "manufacture-failed",
        "out-of-specification", "missing",
    ] = Field(title="Reason", description="Why what there is cannot be used")  # fmt: skip


class WrittenOff(Lost):
    """Units that will not be used any more, and the batch they were of."""

    units: tuple[Text, ...]
    batch: Text | None = None


class RecollectionOrdered(Event, WrittenOff):
    """The cells are collected again: slots, collection and everything after it begin anew."""

    name: ClassVar = "recollection.ordered"
    lasting: ClassVar = True

    attempt: int


class ReplacementOrdered(Event, WrittenOff):
    """Another product is ordered or allocated: the order and everything after it begin anew."""

    name: ClassVar = "replacement.ordered"
    lasting: ClassVar = True

    attempt: int


class SupplyGivenUp(Event, WrittenOff):
    """Nothing more is collected, ordered or made for this patient."""

    name: ClassVar = "supply.given_up"
    lasting: ClassVar = True


class NewCourier(Content):
    courier: Text = Field(title="Courier", description="The back-up courier")
    reference: Text = Field(title="Courier's reference")
    reason: Literal["late", "lost", "breakdown", "refused"] = Field(title="Reason")


class CourierChanged(Event, NewCourier):
    name: ClassVar = "courier.changed"


class HoldTimeNear(Event):
    """The shipper in transit comes near the end of its validated hold time."""

    name: ClassVar = "transit.hold_time_near"

    due_at: Utc
    ends_at: Utc


class Predicted(Content):
    """Where the trend of a shipper's newest readings leads."""

    leaves_at: Utc
    latest_at: Utc
    latest_c: float
    celsius_per_h: float


class BandExitPredicted(Event, Predicted):
    """The shipper in transit will leave its band if it goes on as now."""

    name: ClassVar = "transit.band_exit_predicted"


class Moved(Content):
    slots: Annotated[tuple[Slot, ...], Field(min_length=1)] = Field(
        title="Slots", description="Each replaces the slot of its kind"
    )
    reason: Literal["missed", "maker", "centre", "patient", "courier"] = Field(title="Reason")


class SlotsMoved(Event, Moved):
    name: ClassVar = "slots.moved"
