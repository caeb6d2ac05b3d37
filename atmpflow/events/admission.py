"""From the referral to the booked slots: what can have happened."""

from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import Field

from atmpflow.message import Content, Event, Text, Utc

Scope = Literal["collection", "treatment", "data", "follow-up"]
Wish = Literal["destroy", "keep", "research"]
"""What becomes of cells that are not given."""


class Referred(Content):
    person: UUID = Field(title="Person", description="Opaque id of the identity record")
    source_reference: Text = Field(title="Referrer's reference")
    referring_organisation: Text = Field(title="Referring organisation", description="ODS code")
    treating_centre: Text = Field(title="Treating centre", description="ODS code")
    product: Text = Field(title="Product", description="Code in the catalogue, e.g. kymriah")
    indication: Text | None = Field(
        default=None, title="Indication", description="ICD-10 or SNOMED CT code, e.g. C83.3"
    )
    trial: Text | None = Field(
        default=None, title="Trial", description="Registry id, if in a trial"
    )
    urgency: Literal["routine", "urgent"] = Field(default="routine", title="Urgency")


class ReferralReceived(Event, Referred):
    name: ClassVar = "referral.received"

    coi: str
    pathway: str


class ReferralAccepted(Event):
    name: ClassVar = "referral.accepted"


class Screened(Content):
    answers: dict[str, bool | float] = Field(
        title="Answers", description="Criterion code to finding, e.g. {'ecog': 1}"
    )
    weight_kg: float = Field(gt=0, le=350, title="Weight", description="Kilograms, today")
    virology_taken_at: Utc | None = Field(
        default=None, title="Virology sample", description="HIV 1/2, HBV, HCV, syphilis"
    )
    hla: tuple[Text, ...] = Field(
        default=(), title="HLA type", description="Alleles such as A*02:01, for matched products"
    )


class ScreeningRecorded(Event, Screened):
    name: ClassVar = "screening.recorded"
    lasting: ClassVar = True


class Objection(Content):
    """A reason against, as a rule gave it."""

    code: str
    found: str
    source: str


class EligibilityAssessed(Event):
    name: ClassVar = "eligibility.assessed"

    objections: tuple[Objection, ...]


class EligibilityConfirmed(Event):
    name: ClassVar = "eligibility.confirmed"


class EligibilityDeclined(Event):
    name: ClassVar = "eligibility.declined"


class PanelSubmitted(Event):
    name: ClassVar = "panel.submitted"

    panel: Text
    reference: Text


class PanelApproved(Event):
    name: ClassVar = "panel.approved"

    funding_reference: Text


class PanelDeclined(Event):
    name: ClassVar = "panel.declined"


class Consented(Content):
    scopes: tuple[Scope, ...] = Field(
        min_length=1, title="Scopes", description="What the patient agreed to, each on its own"
    )
    form_version: Text = Field(title="Consent form version")
    unused_cells: Wish = Field(
        default="destroy",
        title="Cells not given",
        description="What the patient wishes, should they not be given",
    )


class ConsentGiven(Event, Consented):
    name: ClassVar = "consent.given"
    lasting: ClassVar = True


class ConsentVerified(Event):
    name: ClassVar = "consent.verified"
    lasting: ClassVar = True


class ConsentInsufficient(Event):
    name: ClassVar = "consent.insufficient"
    lasting: ClassVar = True

    missing: tuple[Scope, ...]


class Slot(Content):
    """One resource held for one journey, from `starts_at` until (not including) `ends_at`."""

    kind: Literal["collection", "courier", "manufacture", "bed"]
    resource: Text
    starts_at: Utc
    ends_at: Utc


class SlotsBooked(Event):
    name: ClassVar = "slots.booked"

    slots: Annotated[tuple[Slot, ...], Field(min_length=1)]


class SlotConfirmed(Event):
    name: ClassVar = "slot.confirmed"

    order_reference: Text


class OrderPlaced(Event):
    name: ClassVar = "order.placed"

    quantity: float
    unit: str
    weight_kg: float
    reference: Text


class UnitAllocated(Event):
    name: ClassVar = "unit.allocated"

    units: Annotated[tuple[Text, ...], Field(min_length=1)]
    batch: Text
    expires_at: Utc
    certified_by: Text
    matched: tuple[Text, ...] = ()


class OrderConfirmed(Event):
    name: ClassVar = "order.confirmed"

    units: Annotated[tuple[Text, ...], Field(min_length=1)]
    batch: Text
    expires_at: Utc
    certified_by: Text


class AllocationConfirmed(Event):
    name: ClassVar = "allocation.confirmed"
