"""What is answered to EPCIS over HTTP: documents, and problem+json with the standard's names."""

from collections.abc import Callable
from typing import Any

from fastapi import Response
from fastapi.responses import JSONResponse

from atmpflow.epcis.document import Problem
from atmpflow.errors import Refused
from tasks.epcis.capture import Unfit

VERSION = "2.0.0"
HEADERS = {"GS1-EPCIS-Version": VERSION, "GS1-CBV-Version": VERSION}
STATUSES = {
    "token-missing": 401,
    "token-refused": 401,
    "account-locked": 403,
    "account-left": 403,
    "person-needed": 403,
    "address-unknown": 404,
    "method-not-allowed": 405,
    "database-not-reachable": 503,
    "defect": 500,
    "journey-unknown": 404,
    "account-unknown": 403,
    "not-appointed": 403,
    "role-not-allowed": 403,
    "file-too-large": 413,
    "epcis-media-type": 415,
    "epcis-version": 406,
    "epcis-not-acceptable": 406,
    "epcis-capture-unknown": 404,
}
EXCEPTIONS = {
    400: "ValidationException",
    401: "SecurityException",
    403: "SecurityException",
    404: "NoSuchResourceException",
    405: "UnsupportedOperationException",
    406: "NotAcceptableException",
    413: "CaptureLimitExceededException",
    415: "UnsupportedMediaTypeException",
    500: "ImplementationException",
    503: "ImplementationException",
}
"""The standard's names of what went wrong, by status."""

TITLES = {
    "epcisException:ValidationException": "What was sent is not as the standard has it.",
    "epcisException:QueryParameterException": "The question is not as the standard has it.",
    "epcisException:SecurityException": "Whoever asks may not ask this.",
    "epcisException:NoSuchResourceException": "There is no such thing.",
    "epcisException:UnsupportedOperationException": "This cannot be done here.",
    "epcisException:NotAcceptableException": "It cannot be answered in this form.",
    "epcisException:CaptureLimitExceededException": "Too much was sent at once.",
    "epcisException:UnsupportedMediaTypeException": "What was sent is of another kind.",
    "epcisException:ImplementationException": "It cannot be answered now.",
}
"""What each of them is in a few words."""


class EpcisResponse(JSONResponse):
    """A document of EPCIS, with the headers that each answer bears."""

    media_type = "application/ld+json"

    def init_headers(self, headers: Any = None) -> None:
        super().init_headers({**HEADERS, **(headers or {})})


class ProblemResponse(EpcisResponse):
    """What is wrong (RFC 9457)."""

    media_type = "application/problem+json"


def answering(version: str | None, ask: Callable[[], Response]) -> Response:
    """The answer, or why there is none."""
    try:
        if version is not None and not version.startswith("2."):
            message = "Only EPCIS 2 is spoken here."
            remedy = f"Ask with GS1-EPCIS-Version: {VERSION}."
            raise Refused("epcis-version", "GS1-EPCIS-Version", message, remedy)
        return ask()
    except Unfit as unfit:
        return _unfit(unfit.problems)
    except Refused as refused:
        return refusing(refused)


def refusing(refused: Refused) -> ProblemResponse:
    """A refusal as problem+json."""
    status = STATUSES.get(refused.code, 400)
    detail = f"{refused.message} {refused.remedy}"
    kind = "QueryParameterException" if refused.code == "epcis-query" else EXCEPTIONS[status]
    path = [] if not refused.field else [{"path": refused.field, "message": refused.message}]
    return _problem(status, kind, detail, code=refused.code, errors=path)


def _unfit(problems: tuple[Problem, ...]) -> ProblemResponse:
    errors = [{"path": one.path, "message": one.message} for one in problems]
    first = problems[0]
    detail = f"{first.path}: {first.message} Correct what is listed and send the whole again."
    return _problem(400, EXCEPTIONS[400], detail, code="epcis-invalid", errors=errors)


def _problem(
    status: int, kind: str, detail: str, *, code: str, errors: list[dict[str, str]]
) -> ProblemResponse:
    name = f"epcisException:{kind}"
    body = {"type": name, "title": TITLES[name], "status": status, "detail": detail}
    return ProblemResponse({**body, "code": code, "errors": errors}, status_code=status)
