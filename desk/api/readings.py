"""Readings of loggers over HTTP: a batch as JSON, or an export as the logger wrote it.

Each answer says how many readings were taken and what is wrong with the others, by field.
"""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse

from atmpflow.errors import Refused
from atmpflow.people import Actor
from atmpflow.rules.logger import UNTRUSTED
from desk.api import epcis_answers
from desk.api.body import read_body, sent_as
from desk.api.described import body_of
from models.batches import Became, Sending
from tasks import clock
from tasks.engine import engine
from tasks.live.message import problem_of
from tasks.live.receive import JSON, receive
from tasks.loggers.reader import PLAIN

LARGEST = 10 * 1024 * 1024
"""Bytes of a batch or an export."""

BATCH = ("application/json",)
EXPORT = ("text/csv", "text/plain", "application/octet-stream")
STATUSES = {
    **epcis_answers.STATUSES,
    "sender-not-assigned": 403,
    "batch-differs": 409,
    "media-type-unknown": 415,
}
"""Answers to refusals, by their code; every other one is 422."""

REFUSED = 422


class ProblemResponse(JSONResponse):
    """What is wrong (RFC 9457)."""

    media_type = "application/problem+json"


Name = Annotated[str, Query(max_length=80)]


def router(asks: Callable[..., Actor]) -> APIRouter:
    """The routes of readings. `asks` says who asks, and has made sure of it."""
    found = APIRouter(prefix="/readings", tags=["readings"])

    @found.post("", openapi_extra=body_of(*BATCH))
    async def send_batch(request: Request, actor: Annotated[Actor, Depends(asks)]) -> Response:
        """A batch of readings as JSON."""
        return await _answered(request, BATCH, lambda content: _batch(content, actor))

    @found.post("/files", openapi_extra=body_of(*EXPORT))
    async def send_export(
        request: Request,
        actor: Annotated[Actor, Depends(asks)],
        logger: Name,
        zone: Name = "UTC",
        format: Name = PLAIN,
    ) -> Response:
        """An export as the logger wrote it, of the logger with that serial number."""

        def export(content: bytes) -> Response:
            sending = Sending("http", "file", content, actor, clock.wall(), format, zone)
            return _told(sending, receive(engine(), sending, logger))

        return await _answered(request, EXPORT, export)

    return found


async def _answered(
    request: Request, kinds: tuple[str, ...], take: Callable[[bytes], Response]
) -> Response:
    try:
        content = await _body(request, kinds)
    except Refused as refused:
        return refusing(refused)
    return await run_in_threadpool(take, content)


async def _body(request: Request, kinds: tuple[str, ...]) -> bytes:
    if not sent_as(request, kinds, kinds[0]):
        remedy, message = f"Send {' or '.join(kinds)}.", "This media type is not read here."
        raise Refused("media-type-unknown", "Content-Type", message, remedy)
    remedy = f"Send at most {LARGEST >> 20} MiB at once."
    return await read_body(request, LARGEST, remedy=remedy)


def refusing(refused: Refused) -> ProblemResponse:
    """A refusal before anything was read."""
    return _problem(refused.code, [problem_of(refused)], {})


def _batch(content: bytes, actor: Actor) -> Response:
    sending = Sending("http", "json", content, actor, clock.wall(), JSON)
    return _told(sending, receive(engine(), sending))


def _told(sending: Sending, became: Became) -> Response:
    told: dict[str, Any] = {
        "batch": became.batch,
        "sha256": sending.sha256.hex(),
        "taken": became.taken,
        "repeated": became.repeated,
    }
    if became.code is not None:
        return _problem(became.code, became.problems, told)
    warnings = [{"code": one, "message": f"{UNTRUSTED[one]}"} for one in became.warnings]
    travels = {"travels": became.shipment is not None}
    return JSONResponse({**told, **travels, "refused": list(became.problems), "warnings": warnings})


def _problem(code: str, problems: Any, told: dict[str, Any]) -> ProblemResponse:
    first, status = problems[0], STATUSES.get(code, REFUSED)
    detail = f"{first['message']} {first['remedy']}"
    says = {"title": "The readings were not taken.", "status": status, "detail": detail}
    whole = {"type": "about:blank", **says, "code": code, "errors": list(problems), **told}
    return ProblemResponse(whole, status_code=status)
