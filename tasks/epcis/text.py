"""From the bytes that a partner sent to JSON values."""

import json
import re
from collections.abc import Sequence
from typing import Any, cast

from atmpflow.errors import Refused

TWICE = frozenset({"eventID"})
"""What may be given twice in an object, the last counting, as in one of the standard's examples: an
event is known by its hash, whatever ids it was given."""

_NO_CHARACTER = re.compile("[\\x00\ud800-\udfff]")


def read_json(content: bytes) -> Any:
    """The value that a JSON-LD document holds.

    Raises Refused `json-invalid` with line and column, `json-duplicate-key`, `json-character` or
    `json-too-deep`.
    """
    try:
        text = content.decode("utf-8-sig")
        value = json.loads(text, object_pairs_hook=_once_each, parse_constant=_no_constant)
        _require_characters(value, "$")
        return value
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise _invalid(place, "The text is not JSON from here on.") from None
    except RecursionError:
        message = "The document is nested too deeply."
        raise Refused("json-too-deep", "$", message, "Send it as the standard has it.") from None
    except ValueError:  # of UTF-8, or of a number with too many digits
        raise _invalid("$", "Not text in UTF-8, or a number has too many digits.") from None


def _once_each(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found and name not in TWICE:
            message = "A name is given twice in one object: it is not clear which value counts."
            raise Refused("json-duplicate-key", "$", message, "Give each name once in an object.")
        found[name] = value
    return found


def _require_characters(value: Any, path: str) -> None:
    """Refuse what JSON can escape and no text can hold: NUL, and half of a surrogate pair."""
    if isinstance(value, str):
        if _NO_CHARACTER.search(value):
            message = "The text holds an escape that is no character: \\u0000, or half a pair."
            raise Refused("json-character", path, message, "Leave it out, or send the whole pair.")
    elif isinstance(value, dict):
        for name, one in cast("dict[str, Any]", value).items():
            _require_characters(name, path)
            _require_characters(one, f"{path}.{name}")
    elif isinstance(value, list):
        for place, one in enumerate(cast("list[Any]", value)):
            _require_characters(one, f"{path}[{place}]")


def _no_constant(constant: str) -> Any:
    raise _invalid("$", f"{constant} is not a JSON value.")


def _invalid(place: str, message: str) -> Refused:
    return Refused("json-invalid", place, message, "Send well-formed JSON (RFC 8259) in UTF-8.")
