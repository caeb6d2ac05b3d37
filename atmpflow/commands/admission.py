"""From the referral to the booked slots: what may be asked."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from atmpflow.events.admission import Consented, Referred, Screened, Slot
from atmpflow.message import Command, Text, Utc
from atmpflow.people import Role


class Refer(Command, Referred):
    """Open a journey: one patient, one product, one treating centre."""

    name: ClassVar = "refer"
    roles: ClassVar = frozenset({Role.REFERRER, Role.COORDINATOR})


class AcceptReferral(Command):
    """The engine takes the referral on: product, centre and identity are in order."""

    name: ClassVar = "accept-referral"
    roles: ClassVar = frozenset({Role.SYSTEM})


class RecordScreening(Command, Screened):
    """What screening found, criterion by criterion."""

    name: ClassVar = "record-screening"
    roles: ClassVar = frozenset({Role.COORDINATOR, Role.PHYSICIAN})


class AssessEligibility(Command):
    """The engine holds the findings against the product's criteria."""

    name: ClassVar = "assess-eligibility"
    roles: ClassVar = frozenset({Role.SYSTEM})


class ConfirmEligibility(Command):
    """The treating physician decides; `eligible` only where every criterion is met."""

    name: ClassVar = "confirm-eligibility"
    roles: ClassVar = frozenset({Role.PHYSICIAN})

    decision: Literal["eligible", "not-eligible"] = Field(title="Decision")


class SubmitToPanel(Command):
    """Send the case to the approval panel or trial office."""

    name: ClassVar = "submit-to-panel"
    roles: ClassVar = frozenset({Role.SYSTEM, Role.COORDINATOR})

    panel: Text = Field(title="Panel")
    reference: Text = Field(title="Reference", description="The panel's own reference")


class RecordPanelDecision(Command):
    """The panel's answer, with the funding form's reference when approved."""

    name: ClassVar = "record-panel-decision"
    roles: ClassVar = frozenset({Role.PANEL, Role.COORDINATOR})

    decision: Literal["approved", "declined"] = Field(title="Decision")
    funding_reference: Text = Field(title="Funding reference", description="e.g. Blueteq form")


class RecordConsent(Command, Consented):
    """What the patient agreed to, witnessed by the treating physician."""

    name: ClassVar = "record-consent"
    roles: ClassVar = frozenset({Role.PHYSICIAN})


class VerifyConsent(Command):
    """The engine checks that every scope this pathway needs was agreed to."""

    name: ClassVar = "verify-consent"
    roles: ClassVar = frozenset({Role.SYSTEM})


class BookSlots(Command):
    """Hold collection, courier, manufacture and bed together."""

    name: ClassVar = "book-slots"
    roles: ClassVar = frozenset({Role.SYSTEM, Role.COORDINATOR})

    slots: Annotated[tuple[Slot, ...], Field(min_length=1)] = Field(title="Slots")


class ConfirmSlot(Command):
    """The manufacturer confirms its slot and gives its order number."""

    name: ClassVar = "confirm-slot"
    roles: ClassVar = frozenset({Role.MANUFACTURER})

    order_reference: Text = Field(title="Order reference", description="The manufacturer's number")


class PlaceOrder(Command):
    """Order an in vivo product; the quantity follows from the patient's weight."""

    name: ClassVar = "place-order"
    roles: ClassVar = frozenset({Role.SYSTEM, Role.PHARMACIST})

    reference: Text = Field(title="Order reference")


class ConfirmOrder(Command):
    """The manufacturer names the certified units that will be sent."""

    name: ClassVar = "confirm-order"
    roles: ClassVar = frozenset({Role.MANUFACTURER})

    units: Annotated[tuple[Text, ...], Field(min_length=1)] = Field(title="Units")
    batch: Text = Field(title="Batch number")
    expires_at: Utc = Field(title="Expires at")
    certified_by: Text = Field(title="Certified by", description="Account of the QP, from the CoA")


class AllocateUnit(Command):
    """Reserve stock units that match the patient's HLA type; each for one patient at a time."""

    name: ClassVar = "allocate-unit"
    roles: ClassVar = frozenset({Role.SYSTEM, Role.COORDINATOR})

    units: Annotated[tuple[Text, ...], Field(min_length=1)] = Field(title="Units")
    batch: Text = Field(title="Batch number")
    expires_at: Utc = Field(title="Expires at")
    certified_by: Text = Field(title="Certified by", description="Account of the QP")
    hla: tuple[Text, ...] = Field(title="HLA type of the units")
    restricted_by: tuple[Text, ...] = Field(
        title="HLA restriction", description="Alleles through which the cells act"
    )


class ConfirmAllocation(Command):
    """The treating physician confirms the matched units."""

    name: ClassVar = "confirm-allocation"
    roles: ClassVar = frozenset({Role.PHYSICIAN})
