"""GS1 element strings: read from a scanner or from brackets, and written for both.

In a symbol FNC1 stands first and behind each value of open length; scanners send it as GS (0x1D).
People read and type the same with identifiers in brackets (GS1 General Specifications, 7.8).
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from atmpflow.codes.gs1_forms import trouble
from atmpflow.codes.gs1_identifiers import UNKNOWN, Identifier, identifiers
from atmpflow.errors import Refused

SEPARATOR = "\x1d"

_BRACKETED = re.compile(r"\(([0-9]{2,4})\)((?:\\\(|[^(])+)")
_AGAIN = "Scan the label again; when it fails again, the label is wrong and is replaced."


@dataclass(frozen=True, slots=True)
class Element:
    """One application identifier and its value."""

    ai: str
    value: str


def kind_of(ai: str, field: str, *, lenient: bool = False) -> Identifier:
    """The rules of an identifier. Raises Refused `gs1-identifier-unknown` unless lenient."""
    known = identifiers()
    if ai in known:
        return known[ai]
    # Where one identifier is known, none of another length begins the same way.
    shared = any(one.startswith(ai) or ai.startswith(one) for one in known)
    if lenient and re.fullmatch(r"[0-9]{2,4}", ai) and not shared:
        return UNKNOWN
    raise Refused(
        "gs1-identifier-unknown",
        field,
        "An application identifier of the label is not one of GS1's.",
        _AGAIN,
    )


def checked(ai: str, value: str, field: str, *, lenient: bool = False) -> Element:
    """An element whose value has the right form. Raises Refused `gs1-element` or as `kind_of`."""
    if wrong := trouble(kind_of(ai, field, lenient=lenient), value):
        raise Refused("gs1-element", field, f"The value behind ({ai}) is wrong: {wrong}.", _AGAIN)
    return Element(ai, value)


def parse(text: str, field: str) -> tuple[Element, ...]:
    """The elements of a scan, with FNC1 as GS; a leading GS and one at the end do no harm.

    Raises Refused `gs1-empty`, `gs1-identifier-unknown` or `gs1-element`.
    """
    left = text.removeprefix(SEPARATOR)
    found: list[Element] = []
    while left:
        ai = _identifier_of(left, field)
        value, left = _value(identifiers()[ai], left[len(ai) :])
        found.append(checked(ai, value, field))
    if not found:
        raise Refused("gs1-empty", field, "The symbol holds no data.", _AGAIN)
    return tuple(found)


def _identifier_of(text: str, field: str) -> str:
    found = next((text[:n] for n in (2, 3, 4) if text[:n] in identifiers()), text[:2])
    return kind_of(found, field).ai


def _value(kind: Identifier, text: str) -> tuple[str, str]:
    """The value and what comes behind it and its separator."""
    value, _, rest = text.partition(SEPARATOR)
    if not kind.fixed:
        return value, rest
    length = sum(part.longest for part in kind.parts)
    return text[:length], text[length:].removeprefix(SEPARATOR)


def parse_bracketed(text: str, field: str, *, lenient: bool = False) -> tuple[Element, ...]:
    """The elements of `(01)...(10)...`; a bracket inside a value is written `\\(`.

    Raises Refused `gs1-brackets`, `gs1-identifier-unknown` or `gs1-element`.
    """
    pairs = [(ai, value.replace("\\(", "(")) for ai, value in _BRACKETED.findall(text)]
    if not pairs or bracketed(Element(*pair) for pair in pairs) != text:
        message = "Identifiers and values in brackets do not follow each other."
        raise Refused("gs1-brackets", field, message, "Write it as (01)...(10)...")
    return tuple(checked(ai, value, field, lenient=lenient) for ai, value in pairs)


def bracketed(elements: Iterable[Element]) -> str:
    """The elements as people read them."""
    return "".join(f"({one.ai})" + one.value.replace("(", "\\(") for one in elements)


def written(elements: Sequence[Element]) -> str:
    """The elements as a scanner sends them: GS in front and behind each value of open length."""
    known = identifiers()
    ends = [
        "" if one.ai in known and known[one.ai].fixed else SEPARATOR for one in elements[:-1]
    ] + [""]
    return SEPARATOR + "".join(
        one.ai + one.value + end for one, end in zip(elements, ends, strict=True)
    )


def value_of(elements: Iterable[Element], *ais: str) -> str | None:
    """The value of the first of these identifiers that is there."""
    by_ai = {one.ai: one.value for one in elements}
    return next((by_ai[ai] for ai in ais if ai in by_ai), None)
