"""What people fill in when they run a deployment by hand in the Prefect UI."""

from datetime import UTC, date, datetime, time
from enum import Enum
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from atmpflow.commands.admission import Refer
from atmpflow.message import Text
from atmpflow.products.catalogue import catalogue
from atmpflow.referral import INDICATION, TRIAL
from atmpflow.rules.organisation import REFERS, TREATS
from models.network import seed

Journey = Annotated[
    str,
    Field(
        title="Journey",
        description="Chain-of-identity id or journey id; left empty: everything this stage owes.",
    ),
]


def _organisations(kinds: frozenset[str]) -> dict[str, str]:
    """Choices `name (code)` of organisations that are open, by their code."""
    return {
        one.ods_code: f"{one.name} ({one.ods_code})"
        for one in sorted(seed(), key=lambda one: one.name)
        if one.kind in kinds and one.closed is None
    }


# Choices in the form; made from the catalogue and the directory, so that no list is kept twice.
Product: Any = Enum("Product", {code: spec.name for code, spec in sorted(catalogue().items())})
Centre: Any = Enum("Centre", _organisations(TREATS))
Referrer: Any = Enum("Referrer", _organisations(REFERS))


def in_order(schema: dict[str, Any]) -> None:
    """Keep the order of the fields: the server stores a form's schema without one."""
    for position, field in enumerate(schema["properties"].values()):
        field["position"] = position


class ReferralForm(BaseModel):
    """A referral, with the patient named by an opaque id and everything else chosen."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", hide_input_in_errors=True, json_schema_extra=in_order
    )

    person: UUID = Field(
        title="Person",
        description="Opaque id that `atmpflow identify` printed. Never type a name or number here.",
    )
    product: Product = Field(  # pyright: ignore[reportInvalidTypeForm]
        title="Product", description="What the patient is referred for."
    )
    treating_centre: Centre = Field(  # pyright: ignore[reportInvalidTypeForm]
        title="Treating centre", description="Where the patient is to be treated."
    )
    referring_organisation: Referrer = Field(  # pyright: ignore[reportInvalidTypeForm]
        title="Referring organisation",
        description="Who refers; organisations that have closed are left out.",
    )
    source_reference: Text = Field(
        title="Referrer's reference",
        description="The referrer's own number for this referral; the same one never opens two.",
    )
    referred_on: date = Field(
        title="Referred on", description="The day the referral was written; not in the future."
    )
    urgency: Literal["routine", "urgent"] = Field(
        default="routine", title="Urgency", description="As the referrer says."
    )
    indication: str = Field(
        default="",
        pattern=f"^$|{INDICATION}",
        title="Indication",
        description="ICD-10 or SNOMED CT code, e.g. C83.3; no words.",
    )
    trial: str = Field(
        default="",
        pattern=f"^$|{TRIAL}",
        title="Trial",
        description="Registry id if in a trial, e.g. NCT01234567.",
    )

    def command(self, now: datetime) -> Refer:
        """The command that this form asks for; a day becomes its first moment."""
        return Refer(
            occurred_at=min(datetime.combine(self.referred_on, time(), UTC), now),
            person=self.person,
            product=self.product.name,
            treating_centre=self.treating_centre.name,
            referring_organisation=self.referring_organisation.name,
            source_reference=self.source_reference,
            urgency=self.urgency,
            indication=self.indication or None,
            trial=self.trial or None,
        )
