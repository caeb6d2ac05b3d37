"""From a form's validation errors to refusals with a place, without repeating what was given."""

from collections.abc import Callable, Mapping
from difflib import get_close_matches
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from atmpflow.errors import Refused
from atmpflow.referral import PatientIdentity, Referral
from tasks.intake.result import Outcome

FIELDS = {
    **{(name,): field for name, field in Referral.model_fields.items()},
    **{("patient", name): field for name, field in PatientIdentity.model_fields.items()},
}
"""Every field of a referral by its path."""

Place = tuple[str, ...]

MOST_FIELDS = 50
"""In one object; far more than a referral has. It bounds what a file of nonsense gives."""

LONGEST_NAME = 40


def remedy(path: Place) -> str:
    """What would be right in a field."""
    described = FIELDS[path].description if path in FIELDS else "an object with named fields"
    return f"Expected: {described}."


def read_form(
    content: Mapping[str, Any],
    *,
    at: Callable[[Place], str],
    absent: Callable[[Place], str] = remedy,
) -> Outcome:
    """The referral that `content` holds, or all that is wrong with it.

    `at` says where in the source a field (a path such as `("patient", "sex")`) stands, `absent`
    how to give one that is missing.
    """
    parts = (content, content.get("patient"))
    if any(isinstance(part, Mapping) and len(part) > MOST_FIELDS for part in parts):
        message = f"The referral has more than {MOST_FIELDS} fields in one object."
        return (Refused("field-unknown", at(()), message, "Send the fields of a referral only."),)
    try:
        return Referral.model_validate(content)
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=False)
        return tuple(_refusal(detail, at, absent) for detail in details)


def suggestion(name: str, known: list[str]) -> str:
    """A known name close to `name`, as a question; never `name` itself, which may be private."""
    close = get_close_matches(name.strip().lower()[:LONGEST_NAME], known, n=1)
    return f" Did you mean `{close[0]}`?" if close else ""


def _refusal(
    detail: ErrorDetails, at: Callable[[Place], str], absent: Callable[[Place], str]
) -> Refused:
    path = tuple(str(part) for part in detail["loc"])
    if detail["type"] == "extra_forbidden":
        return _unknown(path, at)
    if detail["type"] == "refused":
        reasons = detail.get("ctx", {})
        return Refused(reasons["code"], at(path), reasons["message"], reasons["remedy"])
    title = FIELDS[path].title if path in FIELDS else "The referral"
    if detail["type"] == "missing":
        return Refused("field-missing", at(path), f"{title} is missing.", absent(path))
    message = f"{title} does not have the right form."
    return Refused("field-invalid", at(path), message, remedy(path))


def _unknown(path: Place, at: Callable[[Place], str]) -> Refused:
    parent = path[:-1]
    known = [field[-1] for field in FIELDS if field[:-1] == parent]
    return Refused(
        "field-unknown",
        at(parent),
        "A field is given that a referral does not have." + suggestion(path[-1], known),
        f"Known here: {', '.join(known)}.",
    )
