"""Signed commands from a form of the Prefect UI: only the opaque token of a signature comes along.

The signature itself is made beside Prefect, with `atmpflow sign`. What stands in Prefect's database
afterwards is worth nothing: a token counts once, for one person, on one version of one record.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime
from enum import Enum
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from atmpflow.commands.after import LiftHold
from atmpflow.commands.exception import RecordRiskEvaluation, RequestOosProduct
from atmpflow.commands.manufacture import CertifyBatch
from atmpflow.commands.shipment import AcceptProduct, DecideDeviation
from atmpflow.errors import Refused
from atmpflow.events.manufacture import BatchOpened
from atmpflow.journey import Facts
from atmpflow.message import Command, Utc
from atmpflow.people import Actor, Role
from models.database import transaction
from models.lookups import facts_of, journey_by
from models.record import Request, record
from models.signing import PREFIX, by_token
from tasks import clock
from tasks.engine import engine
from tasks.form import DAY, NUMBER, ONE_JOURNEY, in_order

TOKEN = {"pattern": f"^{PREFIX}-[0-9A-Za-z_-]+$"}
"""So that nobody's password can be taken for it: Prefect keeps nothing that reads otherwise."""


class What(Enum):
    """What can be signed off in the form, as people choose it."""

    CERTIFY = "Certify the batch (certify-batch)"
    ACCEPT = "Accept the product on arrival (accept-product)"
    DEVIATION = "Accept a deviation (decide-deviation)"
    LIFT = "Agree to lift a hold (lift-hold)"
    EVALUATE = "Risk evaluation, out of specification (record-risk-evaluation)"
    REQUEST = "Request, out of specification (request-oos-product)"


class SignOffForm(BaseModel):
    """A signed decision: what, with which document, under which signature."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", hide_input_in_errors=True, json_schema_extra=in_order
    )

    journey: str = Field(
        title="Journey",
        description="Journey id or chain-of-identity id",
        json_schema_extra={**ONE_JOURNEY},
    )
    what: What = Field(title="What", description="The decision that was signed")
    document: str = Field(
        min_length=1,
        max_length=120,
        title="Document",
        description="Number of the certificate, request, evaluation, CAPA or deviation",
        json_schema_extra={**NUMBER},
    )
    out_of_specification: bool = Field(
        default=False, title="Out of specification", description="As the results say"
    )
    confirmed: bool = Field(
        default=False,
        title="Confirmed",
        description="Audit trail reviewed; certificate checked; no alternative, immediate hazard",
    )
    at: Utc | None = Field(
        default=None,
        title="Happened at",
        description="Left empty: when it was signed",
        json_schema_extra={**DAY},
    )
    signature: str = Field(
        title="Signature",
        description="The token that `atmpflow sign` printed; it counts once",
        json_schema_extra={**TOKEN},
    )


Maker = Callable[[SignOffForm, Facts, datetime], Command]


def _certify(form: SignOffForm, facts: Facts, at: datetime) -> Command:
    opened = facts.last(BatchOpened)
    return CertifyBatch(
        occurred_at=at,
        batch=opened.batch if opened else "none",
        certificate=form.document,
        audit_trail_reviewed=True,
        out_of_specification=form.out_of_specification,
    )


def _accept(form: SignOffForm, facts: Facts, at: datetime) -> Command:
    return AcceptProduct(
        occurred_at=at, certificate_checked=True, out_of_specification=form.out_of_specification
    )


def _deviation(form: SignOffForm, facts: Facts, at: datetime) -> Command:
    return DecideDeviation(occurred_at=at, decision="accept", justification=form.document)


def _lift(form: SignOffForm, facts: Facts, at: datetime) -> Command:
    return LiftHold(occurred_at=at, reason=form.document)


def _evaluate(form: SignOffForm, facts: Facts, at: datetime) -> Command:
    return RecordRiskEvaluation(occurred_at=at, document=form.document)


def _request(form: SignOffForm, facts: Facts, at: datetime) -> Command:
    return RequestOosProduct(
        occurred_at=at, document=form.document, no_alternative=True, immediate_hazard=True
    )


MAKERS: dict[What, Maker] = {
    What.CERTIFY: _certify,
    What.ACCEPT: _accept,
    What.DEVIATION: _deviation,
    What.LIFT: _lift,
    What.EVALUATE: _evaluate,
    What.REQUEST: _request,
}
CONFIRMED = frozenset({What.CERTIFY, What.ACCEPT, What.REQUEST})
"""What also says that something was looked at, and is refused where that is not confirmed."""


def sign_off(form: SignOffForm) -> str:
    """Carry out a signed decision in the name of whoever signed. Raises Refused."""
    if form.what in CONFIRMED and not form.confirmed:
        raise Refused(
            "not-confirmed",
            "confirmed",
            "It is not confirmed what this decision rests on.",
            "Look at what the form names, and tick it when it is so.",
        )
    with transaction(engine()) as connection:
        journey: UUID = journey_by(connection, form.journey.strip())
        facts = facts_of(connection, journey)
        signed = by_token(connection, form.signature)
    command = MAKERS[form.what](form, facts, form.at or signed.signed_at)
    signer = Actor(signed.account, Role(signed.role))
    # The same signature gives the same key and content: a run that is repeated is recorded once.
    request = Request(command, signer, f"sign-off:{signed.id}", journey, signature=form.signature)
    answer = record(engine(), request, clock.wall())
    what = "recorded before" if answer.repeated else ", ".join(answer.events)
    return f"{what}: journey {journey}, version {answer.version}"


async def sign_off_from_form(form: SignOffForm) -> str:
    """`sign_off` beside the worker's event loop. Raises Refused."""
    return await asyncio.to_thread(sign_off, form)
