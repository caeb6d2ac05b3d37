"""FHIR over HTTP: a journey as a Bundle, and messages answered with an OperationOutcome."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse
from sqlalchemy import Engine

from atmpflow.errors import Refused
from atmpflow.fhir.operation_outcome import issue_of, operation_outcome
from atmpflow.people import Actor
from desk.api.body import read_body
from desk.api.described import body_of
from desk.cli.recording import find_journey
from desk.cli.who import seen_by
from tasks.engine import engine
from tasks.fhir_answer import answered, root_of
from tasks.fhir_export import exported
from tasks.intake.text import LARGEST_FILE
from tasks.open import open_from_file

MEDIA_TYPE = "application/fhir+json"

STATUSES = {
    "token-missing": 401,
    "token-refused": 401,
    "role-not-said": 400,
    "parameter-invalid": 400,
    "account-unknown": 403,
    "account-locked": 403,
    "account-left": 403,
    "address-unknown": 404,
    "method-not-allowed": 405,
    "database-not-reachable": 503,
    "defect": 500,
    "journey-unknown": 404,
    "person-unknown": 404,
    "identity-erased": 410,
    "role-not-allowed": 403,
    "not-appointed": 403,
    "not-trained": 403,
    "reason-missing": 400,
    "file-too-large": 413,
}
"""Answers to refusals, by their code; every other one is 422."""

REFUSED = 422
UNREADABLE = 400


class FhirResponse(JSONResponse):
    """A FHIR resource."""

    media_type = MEDIA_TYPE


def router(asks: Callable[..., Actor]) -> APIRouter:
    """The routes of FHIR. `asks` is the dependency that says who asks, and has made sure of it."""
    found = APIRouter(prefix="/fhir", tags=["fhir"], default_response_class=FhirResponse)

    @found.get("/journey/{journey}")
    def journey_bundle(
        journey: str,
        actor: Annotated[Actor, Depends(asks)],
        *,
        identified: bool = False,
        reason: str = "",
    ) -> FhirResponse:
        return answering(lambda: _bundle(engine(), journey, actor, reason if identified else None))

    @found.post("/$process-message", openapi_extra=body_of(MEDIA_TYPE, "application/json"))
    async def process_message(request: Request, actor: Annotated[Actor, Depends(asks)]) -> Response:
        try:
            content = await read_body(request, LARGEST_FILE, remedy="Send one referral a message.")
        except Refused as refused:
            return refusing(refused)
        return await run_in_threadpool(_process, content, actor)

    return found


def answering(ask: Callable[[], Any]) -> FhirResponse:
    """The answer, or why there is none, as an OperationOutcome."""
    try:
        return FhirResponse(ask())
    except Refused as refused:
        return refusing(refused)


def refusing(refused: Refused) -> FhirResponse:
    """A refusal with the status that says what kind it is."""
    outcome = operation_outcome([issue_of(refused)])
    return FhirResponse(outcome, status_code=STATUSES.get(refused.code, REFUSED))


def _bundle(engine: Engine, text: str, actor: Actor, reason: str | None) -> Any:
    journey = find_journey(engine, text, actor.id)
    if reason is None:
        return exported(engine, journey)
    return exported(engine, journey, seen_by(engine, journey, actor, reason))


def _process(content: bytes, actor: Actor) -> FhirResponse:
    """What became of a message; the message and every refusal are kept."""
    try:
        told = open_from_file(engine(), content, "message.json", actor)
        outcome = answered(engine(), content, told)
    except Refused as refused:
        return refusing(refused)
    if all(one.answer for one in told):
        return FhirResponse(outcome)
    return FhirResponse(outcome, status_code=REFUSED if root_of(content) else UNREADABLE)
