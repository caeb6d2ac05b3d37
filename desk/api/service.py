"""The HTTP service: EPCIS, FHIR and readings of loggers, for systems that show a token."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import FastAPI, Header, Request, Response
from fastapi.responses import JSONResponse

from atmpflow.errors import Refused
from atmpflow.people import Actor
from desk.api import epcis, fhir, readings
from models.database import AWAY, transaction
from models.tokens import bearer
from tasks import clock
from tasks.engine import engine

SCHEME = "Bearer "


def asks(authorization: Annotated[str, Header()] = "") -> Actor:
    """Who asks, as the token says. Raises Refused `token-refused`."""
    token = authorization.removeprefix(SCHEME) if authorization.startswith(SCHEME) else ""
    with transaction(engine()) as connection:
        return bearer(connection, token, clock.wall())


def service() -> FastAPI:
    """Every interface over HTTP. Its own pages are off: nobody without a token learns anything."""
    app = FastAPI(title="atmpflow", docs_url=None, redoc_url=None, openapi_url=None)
    for interface in (epcis, fhir, readings):
        app.include_router(interface.router(asks))
    app.add_exception_handler(Refused, _unknown)
    for outage in AWAY:
        app.add_exception_handler(outage, _away)
    app.add_api_route("/health", _health)
    return app


def _health() -> dict[str, bool]:
    return {"ok": True}


def _unknown(request: Request, refused: Exception) -> Response:
    """Who shows no good token."""
    assert isinstance(refused, Refused)  # noqa: S101 - registered for nothing else
    detail = f"{refused.message} {refused.remedy}"
    headers = {"WWW-Authenticate": "Bearer"}
    return _problem(401, refused.code, "Nobody is known by this token.", detail, headers)


def _away(request: Request, outage: Exception) -> Response:
    """Nothing was kept: whoever asked asks again, and once more is not too often."""
    detail = "Nothing was taken. Send it again, word for word; it counts once."
    headers = {"Retry-After": "5"}
    return _problem(503, "database-away", "The record does not answer now.", detail, headers)


def _problem(
    status: int, code: str, title: str, detail: str, headers: Mapping[str, str]
) -> Response:
    says = {"title": title, "status": status, "code": code, "detail": detail}
    return JSONResponse(
        {"type": "about:blank", **says},
        status_code=status,
        headers=headers,
        media_type="application/problem+json",
    )
