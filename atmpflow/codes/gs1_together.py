"""May these GS1 elements stand on one label together, and is none missing?

GS1 General Specifications, 4.13 and 4.14. What is missing may be on another symbol of the same
thing, so a scan is held to `require_agreement` only, and a label that we make to both.
"""

from collections.abc import Callable, Iterable, Sequence

from atmpflow.codes.elements import Element
from atmpflow.codes.gs1_identifiers import UNKNOWN, identifiers, matches
from atmpflow.errors import Refused

_SERIAL_BEHIND = {"253": 13, "255": 13, "8003": 14}
"""Keys whose serial number may be left out, with the digits before it."""


def _refuse(code: str, field: str, message: str) -> Refused:
    return Refused(code, field, message, "Two people replace the label, or its maker is asked.")


def require_one_value(elements: Iterable[Element], field: str) -> None:
    """No identifier has two values. Raises Refused `gs1-contradiction`."""
    seen: dict[str, str] = {}
    for one in elements:
        if seen.setdefault(one.ai, one.value) != one.value:
            raise _refuse("gs1-contradiction", field, f"({one.ai}) is there with two values.")


def require_compatible(elements: Sequence[Element], field: str) -> None:
    """No two identifiers exclude each other. Raises Refused `gs1-incompatible`."""
    there = dict.fromkeys(one.ai for one in elements)
    for ai in there:
        for pattern in identifiers().get(ai, UNKNOWN).excludes:
            if other := next((o for o in there if o != ai and matches(pattern, o)), None):
                raise _refuse("gs1-incompatible", field, f"({ai}) may not stand with ({other}).")


def require_complete(elements: Sequence[Element], field: str) -> None:
    """What an identifier needs beside it is there. Raises Refused `gs1-incomplete`."""
    there = {one.ai for one in elements}
    for ai in there:
        needs = identifiers().get(ai, UNKNOWN).needs
        if needs and not any(_all_there(group, there) for group in needs):
            raise _refuse("gs1-incomplete", field, f"({ai}) needs another identifier beside it.")


def _all_there(group: Iterable[str], there: Iterable[str]) -> bool:
    return all(any(matches(pattern, ai) for ai in there) for pattern in group)


def require_serial_where_signed(elements: Sequence[Element], field: str) -> None:
    """A digital signature is for one thing, never a kind. Raises Refused `gs1-unserialised`."""
    if all(one.ai != "8030" for one in elements):
        return
    for one in elements:
        if len(one.value) <= _SERIAL_BEHIND.get(one.ai, 0):
            raise _refuse("gs1-unserialised", field, f"({one.ai}) is signed without a serial.")


_AGREE: tuple[Callable[[Sequence[Element], str], None], ...] = (
    require_one_value,
    require_compatible,
    require_serial_where_signed,
)


def require_agreement(elements: Sequence[Element], field: str) -> None:
    """Nothing on the label contradicts itself."""
    for rule in _AGREE:
        rule(elements, field)
