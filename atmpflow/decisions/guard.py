"""Turning a verdict into a refusal, or into the objections that an event keeps."""

from collections.abc import Iterable

from atmpflow.errors import Refused
from atmpflow.events.admission import Objection
from atmpflow.verdict import Verdict


def require(judged: Verdict, *, code: str, field: str, remedy: str) -> None:
    """Refuse, with every reason, when a rule says no."""
    if not judged.allowed:
        found = "; ".join(
            f"{reason.code}: {reason.found}".rstrip(": ") for reason in judged.against
        )
        raise Refused(code, field, f"{found}.", remedy)


def objections(judged: Verdict) -> tuple[Objection, ...]:
    """The reasons against, as an event keeps them."""
    return tuple(
        Objection(code=item.code, found=item.found, source=item.source) for item in judged.against
    )


def require_right(right: bool, *refusal: str) -> None:  # noqa: FBT001 - reads as an assertion
    """Refuse unless something holds; `refusal` is code, field, message, remedy."""
    if not right:
        raise Refused(*refusal)


def require_same(found: str, expected: str | None, *, code: str, field: str, what: str) -> None:
    """Two identifiers that must agree; neither is repeated in the refusal."""
    require_right(
        found == expected,
        code,
        field,
        f"The {what} is not the one on record.",
        f"Read the {what} again from the label; when it still differs, place a hold.",
    )


def require_units(units: tuple[str, ...], doses: int) -> None:
    """One different unit for each planned dose, at least."""
    require_right(
        len(set(units)) == len(units) >= doses,
        "units-too-few",
        "units",
        f"This product needs {doses} different unit(s).",
        "Name every finished unit once.",
    )


def missing_from(needed: Iterable[str], given: Iterable[str]) -> tuple[str, ...]:
    """What is needed and not given, in the order of the need."""
    had = set(given)
    return tuple(item for item in needed if item not in had)
