"""A form's fields in words: how each is typed, what it takes, and what is wrong with an answer."""

import types
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal, Union, get_args, get_origin
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from atmpflow.errors import Refused

EXAMPLE = "2026-03-01T09:30Z"
LIMITS = {"gt": "above", "ge": "at least", "lt": "below", "le": "at most"}
WORDS = {datetime: "TIME", UUID: "UUID", int: "INTEGER", float: "NUMBER", str: "TEXT"}


@dataclass(frozen=True, slots=True)
class Shape:
    """How one field is typed: a single word, a yes or no, several words, or NAME=VALUE pairs."""

    kind: Literal["one", "flag", "many", "pairs"]
    of: Any
    choices: tuple[str, ...] = ()

    @property
    def form(self) -> type[BaseModel] | None:
        """The form of each of several entries that have fields of their own."""
        return self.of if isinstance(self.of, type) and issubclass(self.of, BaseModel) else None

    @property
    def metavar(self) -> str:
        if self.form or self.kind == "pairs":
            return "NAME=VALUE"
        return "CHOICE" if self.choices else WORDS.get(self.of, "TEXT")


def bare(annotation: Any) -> Any:
    """The type without `Annotated` and without `| None`."""
    if annotation is AwareDatetime:
        return datetime
    if get_origin(annotation) is Annotated:
        return bare(get_args(annotation)[0])
    if get_origin(annotation) in (Union, types.UnionType):
        parts = [part for part in get_args(annotation) if part is not type(None)]
        return bare(parts[0]) if len(parts) == 1 else annotation
    return annotation


def shape(field: FieldInfo) -> Shape:
    """How a field is typed on a command line."""
    return _shape(bare(field.annotation))


def _shape(kind: Any) -> Shape:
    if get_origin(kind) is tuple:
        entry = _shape(bare(get_args(kind)[0]))
        return Shape("many", entry.of, entry.choices)
    if get_origin(kind) is dict:
        return Shape("pairs", kind)
    if kind is bool or kind == Literal[True]:
        return Shape("flag", kind)
    if get_origin(kind) is Literal:
        return Shape("one", str, tuple(map(str, get_args(kind))))
    return Shape("one", kind)


def expected(name: str, field: FieldInfo) -> str:
    """What a field takes, as one or two sentences."""
    title = field.title or name.replace("_", " ").capitalize()
    parts = [f"{title}: {field.description}" if field.description else title, *_limits(field)]
    return "; ".join(parts) + "."


def _limits(field: FieldInfo) -> Iterator[str]:
    found = shape(field)
    if found.choices:
        yield f"one of {', '.join(found.choices)}"
    limits = [
        f"{word} {getattr(rule, name):g}"
        for rule in field.metadata
        for name, word in LIMITS.items()
        if getattr(rule, name, None) is not None
    ]
    if limits:
        yield ", ".join(limits)
    if found.form:
        yield f"each as {','.join(f'{name}=...' for name in found.form.model_fields)}"


Named = Callable[[str], str]
"""How the user gives a field: its option, or its name in a file."""


def refusals(
    form: type[BaseModel], error: ValidationError, named: Named = str
) -> tuple[Refused, ...]:
    """Every field that is wrong, each once, without repeating what was given."""
    details = error.errors(include_url=False, include_input=False)
    found = dict.fromkeys(_refusal(form, detail, named) for detail in details)
    # A list whose entry is wrong is itself called too short: the entry says more.
    return tuple(one for one in found if not any(_inside(other, one) for other in found))


def _inside(inner: Refused, outer: Refused) -> bool:
    return bool(outer.field) and inner.field.startswith(f"{outer.field}.")


def _refusal(form: type[BaseModel], detail: ErrorDetails, named: Named) -> Refused:
    name = str(detail["loc"][0]) if detail["loc"] else ""
    field = form.model_fields.get(name)
    if field is None:
        known = ", ".join(form.model_fields)
        message = "A field is given that does not belong here."
        return Refused("field-unknown", "", message, f"Known here: {known}.")
    place = ".".join(_place(form, detail["loc"]))
    if detail["type"] == "refused":
        said = detail.get("ctx", {})
        return Refused(said["code"], place, said["message"], said["remedy"])
    title = field.title or name
    if detail["type"] == "missing" and len(detail["loc"]) == 1:
        remedy = f"Give {named(name)}. {expected(name, field)}"
        return Refused("field-missing", place, f"{title} is missing.", remedy)
    return field_invalid(form, place, named)


def field_invalid(form: type[BaseModel], place: str, named: Named = str) -> Refused:
    """What is said of a field whose content does not fit."""
    name = place.split(".", maxsplit=1)[0]
    field = form.model_fields[name]
    remedy = f"Give {named(name)}. {expected(name, field)}"
    if shape(field).of is datetime and EXAMPLE not in remedy:
        remedy += f" Write date, time and time zone: {EXAMPLE}."
    what = f"{field.title or name} does not have the right form."
    if place != name:
        number, *rest = place.split(".")[1:]
        entry = f"{field.title or name}, entry {int(number) + 1}"
        what = f"{entry}: {' '.join(rest) or 'it'} is missing or does not have the right form."
    return Refused("field-invalid", place, what, remedy)


def _place(form: type[BaseModel] | None, where: Sequence[int | str]) -> Iterator[str]:
    """The path of a field, up to where the user's own words would begin."""
    for part in where:
        if isinstance(part, int):
            yield str(part)
        elif form is not None and part in form.model_fields:
            yield part
            form = shape(form.model_fields[part]).form
        else:
            return


def untimely(form: type[BaseModel], values: Mapping[str, Any], at: str = "") -> Iterator[str]:
    """Fields for a moment that hold a bare number; pydantic would count seconds from 1970."""
    for name, value in values.items():
        field = form.model_fields.get(name)
        if field is None:
            continue
        entry = shape(field)
        if entry.of is datetime and not _dated(value):
            yield f"{at}{name}"
        if entry.form and isinstance(value, list):
            for number, one in enumerate(value):
                if isinstance(one, dict):
                    yield from untimely(entry.form, one, f"{at}{name}.{number}.")


def _dated(value: Any) -> bool:
    if value is None or isinstance(value, datetime):
        return True
    return isinstance(value, str) and value.strip()[4:5] == "-"
