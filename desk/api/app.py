"""Everything that other systems may ask over HTTP, and what they are told when it is wrong."""

import logging
import traceback
from collections.abc import Awaitable, Callable
from importlib.metadata import version
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from atmpflow.errors import Refused
from desk.api import epcis, epcis_answers, fhir, readings
from desk.api.asking import asking
from desk.api.described import ANSWERS
from models.database import AWAY

log = logging.getLogger(__name__)

Refusing = Callable[[Refused], Response]

ROUTERS = (epcis.router, fhir.router, readings.router)
"""What there is; each is given the dependency that says who asks."""

REFUSING: dict[str, Refusing] = {"/fhir": fhir.refusing, "/readings": readings.refusing}
"""How the answers below a path say what is wrong; elsewhere as EPCIS does, in problem+json."""


def application() -> FastAPI:
    """The interface as one application."""
    # The pages of FastAPI itself would load scripts from elsewhere.
    app = FastAPI(title="atmpflow", version=version("atmpflow"), docs_url=None, redoc_url=None)
    for router in ROUTERS:
        app.include_router(router(asking), responses=ANSWERS)
    app.add_api_route("/health", health, include_in_schema=False)
    app.add_exception_handler(Refused, _refused)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _not_there)
    for away in AWAY:
        app.add_exception_handler(away, _away)
    app.middleware("http")(_whole)
    return app


def health() -> dict[str, str]:
    """That it runs, and nothing more."""
    return {"atmpflow": version("atmpflow")}


def _told(request: Request, refused: Refused) -> Response:
    path = request.url.path
    say = next(
        (say for begins, say in REFUSING.items() if path.startswith(begins)), epcis_answers.refusing
    )
    answer = say(refused)
    if answer.status_code == 401:
        answer.headers["WWW-Authenticate"] = 'Bearer realm="atmpflow"'
    return answer


def _refused(request: Request, refused: Any) -> Response:
    return _told(request, refused)


def _invalid(request: Request, error: Any) -> Response:
    """A parameter or header of another form than it has; its value is not repeated."""
    first = error.errors()[0]
    field, message = str(first["loc"][-1]), f"{first['msg']}."
    remedy = "Correct it and ask again; /openapi.json has the form of each."
    return _told(request, Refused("parameter-invalid", field, message, remedy))


def _not_there(request: Request, error: Any) -> Response:
    if error.status_code == 405:
        allowed = (error.headers or {}).get("Allow", "")
        remedy = f"Here there is: {allowed}."
        said = Refused("method-not-allowed", "", "There is no such method here.", remedy)
        answer = _told(request, said)
        answer.headers["Allow"] = allowed
        return answer
    remedy = "Look at /openapi.json, or docs/http.md."
    return _told(
        request, Refused("address-unknown", "", "There is nothing at this address.", remedy)
    )


def _away(request: Request, error: Exception) -> Response:
    log.warning("the database does not answer (%s)", type(error).__name__)
    message = "The database does not answer; nothing of this request was kept."
    answer = _told(request, Refused("database-not-reachable", "", message, "Send it again later."))
    answer.headers["Retry-After"] = "10"
    return answer


async def _whole(request: Request, go_on: Callable[[Request], Awaitable[Response]]) -> Response:
    """The answer; for a defect without the error's own words, which may quote a patient."""
    try:
        if "\x00" in request.url.path:  # no name of anything, and no text to a database
            return _not_there(request, HTTPException(404))
        answer = await go_on(request)
        answer.headers["Cache-Control"] = "no-store"  # no proxy keeps what one account may see
        return answer
    except Exception as error:
        where = "".join(traceback.format_tb(error.__traceback__))
        log.error("defect: %s\n%s", type(error).__name__, where)
        message = f"This should not have happened ({type(error).__name__})."
        remedy = "Tell whoever runs this installation; it is in its http.log."
        return _told(request, Refused("defect", "", message, remedy))
