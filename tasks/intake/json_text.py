"""From text to JSON values: no name doubled, no number infinite, no endless nesting."""

import json
from collections.abc import Sequence
from typing import Any

from atmpflow.errors import Refused
from atmpflow.referral import PatientIdentity, Referral

_SPEAKABLE = {
    *Referral.model_fields,
    *PatientIdentity.model_fields,
    *("resourceType", "entry", "resource", "subject", "identifier", "system", "value", "code"),
    *("name", "family", "given", "birthDate", "gender", "authoredOn", "priority", "status"),
}
"""Names that an error may repeat: any other could be a patient's, put in the wrong place."""


def json_of(text: str) -> Any:
    """The value a JSON text holds.

    Raises Refused `json-invalid` with line and column, `json-duplicate-key` or `json-too-deep`.
    """
    try:
        return json.loads(text, object_pairs_hook=_once_each, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise _invalid(place, "The text is not JSON from here on.") from None
    except RecursionError:
        message = "The file is nested too deeply to be a referral."
        raise Refused("json-too-deep", "", message, "Send the referral as documented.") from None
    except ValueError:
        raise _invalid("", "A number has too many digits.") from None


def _once_each(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise _doubled(name)
        found[name] = value
    return found


def _doubled(name: str) -> Refused:
    which = f"`{name}`" if name in _SPEAKABLE else "A name"
    return Refused(
        "json-duplicate-key",
        name if name in _SPEAKABLE else "",
        f"{which} is given twice in one object, so it is not clear which value counts.",
        "Give each name once in an object.",
    )


def _no_constant(constant: str) -> Any:
    raise _invalid("", f"{constant} is not a JSON value.")


def _invalid(place: str, message: str) -> Refused:
    return Refused("json-invalid", place, message, "Send well-formed JSON (RFC 8259).")
