"""Any command and any event, from their own fields: what hypothesis needs to make them up."""

from datetime import UTC, datetime
from functools import cache
from string import ascii_letters, ascii_lowercase, digits
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin
from uuid import UUID

from annotated_types import Ge, Gt, Le, MinLen
from hypothesis import strategies as st
from pydantic import AwareDatetime
from pydantic.fields import FieldInfo

from atmpflow.message import Content

PATTERNS = {
    r"^[^\x00-\x1f\x7f]+$": st.text(ascii_letters + digits + "*:./-", min_size=1, max_size=40),
}
"""Texts by the pattern of their field; every other pattern is drawn from itself."""

KEYS = st.text(ascii_lowercase, min_size=1, max_size=8)
MOMENTS = st.datetimes(
    datetime(1990, 1, 1),  # noqa: DTZ001 - the zone is given below
    datetime(2100, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)


@cache
def contents(kind: type[Content]) -> st.SearchStrategy[Any]:
    """Any value of a command, an event or a part of one."""
    fields = {name: _field(field) for name, field in kind.model_fields.items()}
    return st.fixed_dictionaries(fields).map(kind.model_validate)


def _field(field: FieldInfo) -> st.SearchStrategy[Any]:
    return _values(field.annotation, tuple(field.metadata))


def _values(kind: Any, limits: tuple[Any, ...]) -> st.SearchStrategy[Any]:
    arguments = get_args(kind)
    several = {
        Annotated: lambda: _values(arguments[0], (*limits, *_flat(arguments[1:]))),
        Union: lambda: st.one_of(*(_values(one, limits) for one in arguments)),
        UnionType: lambda: st.one_of(*(_values(one, limits) for one in arguments)),
        Literal: lambda: st.sampled_from(arguments),
        tuple: lambda: _tuples(_values(arguments[0], ()), limits),
        dict: lambda: st.dictionaries(KEYS, _values(arguments[1], ()), max_size=3),
    }.get(get_origin(kind))
    if several is not None:
        return several()
    if isinstance(kind, type) and issubclass(kind, Content):
        return contents(kind)
    return _plain(kind, limits)


def _tuples(values: st.SearchStrategy[Any], limits: tuple[Any, ...]) -> st.SearchStrategy[Any]:
    least = max((limit.min_length for limit in limits if isinstance(limit, MinLen)), default=0)
    return st.lists(values, min_size=least, max_size=3).map(tuple)


def _flat(metadata: tuple[Any, ...]) -> tuple[Any, ...]:
    """The limits inside a Field(...) of an annotation, beside those that stand alone."""
    return tuple(
        limit
        for one in metadata
        for limit in (one.metadata if isinstance(one, FieldInfo) else (one,))
    )


def _plain(kind: Any, limits: tuple[Any, ...]) -> st.SearchStrategy[Any]:
    if kind is str:
        return _texts(limits)
    if kind is bool:
        return st.booleans()
    if kind in (int, float):
        return _numbers(kind, limits)
    return {datetime: MOMENTS, AwareDatetime: MOMENTS, UUID: st.uuids(), type(None): st.none()}[
        kind
    ]


def _texts(limits: tuple[Any, ...]) -> st.SearchStrategy[str]:
    patterns = [limit.pattern for limit in limits if getattr(limit, "pattern", None)]
    wanted = [PATTERNS.get(one, st.from_regex(one, fullmatch=True)) for one in patterns]
    return wanted[-1] if wanted else st.text(ascii_letters + digits + "-", min_size=1, max_size=20)


def _numbers(kind: type[int] | type[float], limits: tuple[Any, ...]) -> st.SearchStrategy[Any]:
    least: float | None = None
    most: float | None = None
    for limit in limits:
        if isinstance(limit, Ge | Gt):
            least = limit.ge if isinstance(limit, Ge) else limit.gt  # type: ignore[assignment]
        if isinstance(limit, Le):
            most = limit.le  # type: ignore[assignment]
    above = any(isinstance(limit, Gt) for limit in limits)
    if kind is int:
        return st.integers(int(least or 0) + above, int(most) if most is not None else 10_000)
    low = -1e12 if least is None else least
    high = 1e12 if most is None else most
    return st.floats(low, high, exclude_min=above)
