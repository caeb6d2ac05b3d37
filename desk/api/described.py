"""What /openapi.json says of the interface besides paths and parameters."""

from typing import Any

ANSWERS: dict[int | str, dict[str, Any]] = {
    400: {"description": "What was sent is wrong: each field by its path."},
    401: {"description": "No access token, or one that is wrong, has run out or was taken back."},
    403: {"description": "The account may not do this, or not there."},
    404: {"description": "There is no such thing, or none that this account may see."},
    405: {"description": "No such method at this address."},
    406: {"description": "It is not answered in this form or version."},
    413: {"description": "Too much at once."},
    415: {"description": "What was sent is of another kind."},
    422: {"description": "What was sent can be read, and may not be taken."},
    500: {"description": "A defect."},
    503: {"description": "The database does not answer; nothing was kept."},
}
"""What each address may answer besides, for /openapi.json."""


def body_of(*kinds: str) -> dict[str, Any]:
    """A document of one of these media types is sent; what is in it, its own standard says."""
    content = {kind: {"schema": {"type": "object"}} for kind in kinds}
    return {"requestBody": {"required": True, "content": content}}
