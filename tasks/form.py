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

# Prefect holds what is typed against these patterns before it keeps anything: a name or an NHS
# number in the wrong box is refused there, and stands nowhere.
_ID = "[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
_COI = "[Aa][Tt][Ff][-0-9A-Za-z ]{13,24}"
OPAQUE = {"pattern": f"^{_ID}$"}
ONE_JOURNEY = {"pattern": f"^({_COI}|{_ID})$"}
NUMBER = {"pattern": "^(?![0-9]{10}$)(?=.*[0-9])[0-9A-Za-z][0-9A-Za-z._/-]*$"}
"""A document's number: no spaces, a digit somewhere, and never ten digits alone."""

DAY = {"pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9:.+Z-]*)?$"}

CODE = f"(?![0-9]{{10}}$){INDICATION}"
"""A code of a disease; the few of ten digits, as an NHS number has, do not come in by the form."""


def or_empty(pattern: str) -> dict[str, str]:
    """What may also be left empty."""
    return {"pattern": f"^$|{pattern}"}


Journey = Annotated[
    str,
    Field(
        title="Journey",
        description="Chain-of-identity id or journey id; left empty: everything this stage owes.",
        json_schema_extra={**or_empty(ONE_JOURNEY["pattern"])},
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
        json_schema_extra={**OPAQUE},
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
        description="The referrer's own number, without spaces; the same one never opens two.",
        json_schema_extra={**NUMBER},
    )
    referred_on: date = Field(
        title="Referred on",
        description="The day the referral was written; not in the future.",
        json_schema_extra={**DAY},
    )
    urgency: Literal["routine", "urgent"] = Field(
        default="routine", title="Urgency", description="As the referrer says."
    )
    indication: str = Field(
        default="",
        pattern=f"^$|{INDICATION}",
        title="Indication",
        description="ICD-10 or SNOMED CT code, e.g. C83.3; no words.",
        json_schema_extra={**or_empty(CODE)},
    )
    trial: str = Field(
        default="",
        pattern=f"^$|{TRIAL}",
        title="Trial",
        description="Registry id if in a trial, e.g. NCT01234567.",
        json_schema_extra={**or_empty(TRIAL)},
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
