"""EPCIS 2.0 over HTTP: capture, what became of it, queries, and a journey as a document.

Paths, headers and errors follow the standard's REST binding (EPCIS 2.0, 12): 202 with the address
of the capture job, problem+json with the JSON path of each wrong field, pages with a Link header.
"""

from collections.abc import Callable
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Request, Response
from fastapi.concurrency import run_in_threadpool

from atmpflow.epcis.event_hash import millisecond
from atmpflow.epcis.query import read_query
from atmpflow.errors import Refused
from atmpflow.people import Actor
from desk.api.body import read_body, sent_as
from desk.api.described import body_of
from desk.api.epcis_answers import EXCEPTIONS, HEADERS, VERSION, EpcisResponse, answering, refusing
from desk.cli.recording import find_journey
from models.authority import require_authority
from models.database import transaction
from models.epcis_events import Job, jobs, outcomes
from tasks import clock
from tasks.engine import engine
from tasks.epcis.answer import answer
from tasks.epcis.capture import MOST_EVENTS, Behaviour, capture
from tasks.epcis.export import exported

LARGEST = 10 * 1024 * 1024
"""Bytes of a document."""

TAKEN = ("application/json", "application/ld+json")
LIMITS = {
    "GS1-EPCIS-Min": VERSION,
    "GS1-EPCIS-Max": VERSION,
    "GS1-CBV-Min": VERSION,
    "GS1-CBV-Max": VERSION,
    "GS1-EPCIS-Capture-Limit": str(MOST_EVENTS),
    "GS1-EPCIS-Capture-File-Size-Limit": str(LARGEST),
}
Epcis = Annotated[str | None, Header(alias="GS1-EPCIS-Version")]
Wanted = Annotated[Behaviour, Header(alias="GS1-Capture-Error-Behaviour")]


def require_json(accept: Annotated[str, Header()] = "*/*") -> None:
    """Raises Refused `epcis-not-acceptable` where whoever asks takes neither JSON nor JSON-LD."""
    wanted = {one.partition(";")[0].strip().lower() for one in accept.split(",")}
    if wanted.isdisjoint({*TAKEN, "*/*", "application/*", ""}):
        message, remedy = "It is answered in JSON-LD only.", f"Accept one of: {', '.join(TAKEN)}."
        raise Refused("epcis-not-acceptable", "Accept", message, remedy)


def router(asks: Callable[..., Actor]) -> APIRouter:
    """The routes of EPCIS. `asks` is the dependency that says who asks, and has made sure of it."""
    found = APIRouter(
        prefix="/epcis",
        tags=["epcis"],
        default_response_class=EpcisResponse,
        dependencies=[Depends(require_json)],
    )

    @found.post("/capture", status_code=202, openapi_extra=body_of(*TAKEN))
    async def capture_document(
        request: Request,
        actor: Annotated[Actor, Depends(asks)],
        version: Epcis = None,
        behaviour: Wanted = "rollback",
    ) -> Response:
        try:
            content = await _body(request)
        except Refused as refused:
            return refusing(refused)
        return await run_in_threadpool(
            answering, version, lambda: _capture(content, actor, behaviour)
        )

    _add_jobs(found, asks)
    _add_questions(found, asks)
    _add_options(found, asks)
    return found


def _add_options(found: APIRouter, asks: Callable[..., Actor]) -> None:
    """What a partner's system may ask before it sends anything: versions and limits."""
    allowed = {"/capture": "GET, OPTIONS, POST", "/events": "GET, OPTIONS"}

    def options(request: Request, actor: Annotated[Actor, Depends(asks)]) -> Response:
        allow = {"Allow": allowed[request.url.path.removeprefix("/epcis")]}
        return Response(status_code=204, headers={**HEADERS, **LIMITS, **allow})

    for path in allowed:
        found.add_api_route(path, options, methods=["OPTIONS"], status_code=204)


def _add_jobs(found: APIRouter, asks: Callable[..., Actor]) -> None:
    """What became of what was sent."""

    @found.get("/capture")
    def capture_jobs(actor: Annotated[Actor, Depends(asks)], version: Epcis = None) -> Response:
        return answering(version, lambda: EpcisResponse(_jobs(actor)))

    @found.get("/capture/{job}")
    def capture_job(
        job: UUID, actor: Annotated[Actor, Depends(asks)], version: Epcis = None
    ) -> Response:
        return answering(version, lambda: EpcisResponse(_job(job, actor)))


def _add_questions(found: APIRouter, asks: Callable[..., Actor]) -> None:
    """Queries, and a journey as a document."""

    @found.get("/events")
    def query_events(
        request: Request, actor: Annotated[Actor, Depends(asks)], version: Epcis = None
    ) -> Response:
        return answering(version, lambda: _events(request, actor))

    @found.get("/journeys/{journey}")
    def journey_document(
        journey: str, actor: Annotated[Actor, Depends(asks)], version: Epcis = None
    ) -> Response:
        return answering(version, lambda: EpcisResponse(_journey(journey, actor)))


async def _body(request: Request) -> bytes:
    """What was sent, no more of it than is taken. Raises Refused."""
    if not sent_as(request, TAKEN, TAKEN[0]):
        remedy = f"Send JSON-LD as {' or '.join(TAKEN)}; XML is not read here."
        raise Refused("epcis-media-type", "Content-Type", "This is not JSON-LD.", remedy)
    remedy = f"Send at most {LARGEST >> 20} MiB and {MOST_EVENTS} events at once."
    return await read_body(request, LARGEST, remedy=remedy)


def _capture(content: bytes, actor: Actor, behaviour: Behaviour) -> Response:
    now = clock.wall()
    with transaction(engine()) as connection:
        require_authority(connection, actor, "capture-epcis", now)
    taken = capture(engine(), content, actor, now=now, behaviour=behaviour)
    location = {"Location": f"/epcis/capture/{taken.id}"}
    return EpcisResponse({"captureID": str(taken.id)}, status_code=202, headers=location)


def _jobs(actor: Actor) -> list[dict[str, Any]]:
    with transaction(engine()) as connection:
        return [_as_json(job) for job in jobs(connection, actor.id)]


def _job(number: UUID, actor: Actor) -> dict[str, Any]:
    with transaction(engine()) as connection:
        found = jobs(connection, actor.id, only=number)
        if not found:
            message, remedy = "There is no such capture of yours.", "Take its address from the 202."
            raise Refused("epcis-capture-unknown", "captureID", message, remedy)
        return {**_as_json(found[0]), "outcomes": list(outcomes(connection, number))}


def _as_json(job: Job) -> dict[str, Any]:
    at = millisecond(job.at)
    kind = f"epcisException:{EXCEPTIONS[400]}"
    return {
        "captureID": str(job.id),
        "createdAt": at,
        "finishedAt": at,
        "running": False,
        "success": job.success,
        "captureErrorBehaviour": job.behaviour,
        "errors": [{"type": kind, "title": one["message"], **one} for one in job.problems],
        "events": job.events,
        "duplicates": job.duplicates,
        "sha256": job.sha256,
    }


def _events(request: Request, actor: Actor) -> Response:
    asked: dict[str, list[str]] = {}
    for name, value in request.query_params.multi_items():
        asked.setdefault(name, []).append(value)
    found = answer(engine(), read_query(asked), actor, now=clock.wall())
    if found.next is None:
        return EpcisResponse(found.document)
    following = {**asked, "nextPageToken": [found.next.token]}
    address = f"{request.url.path}?{urlencode(following, doseq=True)}"
    return EpcisResponse(found.document, headers={"Link": f'<{address}>; rel="next"'})


def _journey(text: str, actor: Actor) -> dict[str, Any]:
    journey = find_journey(engine(), text, actor.id)
    return exported(engine(), journey, now=clock.wall())
