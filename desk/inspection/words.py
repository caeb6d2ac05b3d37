"""How a row's fields read on paper."""

import re
from collections.abc import Mapping
from typing import Any

from models.inspection.part import Part

_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d)(:\d\d)?(\.\d+)?Z")
_WHERE_SAID = re.compile(r"\[([^\]]*)\]")
_FIELD = re.compile(r"\{([a-z_0-9]+)\}")


def said(value: Any) -> str:
    """One value in words; moments in UTC to the minute."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:g}"
    return _MOMENT.sub(r"\1 \2", str(value))


def counted(number: int, one: str, many: str = "") -> str:
    """A number with its word."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def cells(part: Part, row: Mapping[str, Any]) -> list[str]:
    """A row as the part's columns say it."""
    return [_filled(one.made_of, row) for one in part.columns]


def _filled(made_of: str, row: Mapping[str, Any]) -> str:
    """The fields in their places; what stands in [ ] only where all of its fields say something."""

    def where_said(found: re.Match[str]) -> str:
        whole = all(said(row[name]) for name in _FIELD.findall(found[1]))
        return found[1] if whole else ""

    kept = _WHERE_SAID.sub(where_said, made_of)
    return _FIELD.sub(lambda found: said(row[found[1]]), kept).strip()
