"""An EPCIS document: read, held against the standard, and taken apart into its events.

What is wrong is said with the JSON path of the field (`$.epcisBody.eventList[0].bizStep`) and never
with its value. A document's own prefixes belong to its events: without them others' fields would
mean nothing. No context is ever fetched.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Self, TypeVar, cast

from pydantic import BaseModel, Field, ValidationError, model_validator
from pydantic_core import ErrorDetails

from atmpflow.epcis.event_hash import event_hash
from atmpflow.epcis.events import KINDS, Context, Event
from atmpflow.epcis.parts import Open
from atmpflow.epcis.values import Address, Moment, refused
from atmpflow.epcis.vocabulary import PREFIXES

CONTEXT = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"
MOST_PROBLEMS = 20

M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, and where: a JSON path."""

    path: str
    message: str


@dataclass(frozen=True, slots=True)
class Reported:
    """One event of a document: as it came, typed, with its id and the prefixes that it needs."""

    place: int
    raw: Mapping[str, Any]
    event: Event
    hash: str
    prefixes: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Read:
    """A document's right events, and everything that is wrong with the others and around them."""

    events: tuple[Reported, ...]
    problems: tuple[Problem, ...]
    whole: bool
    """Whether what is around the events is right: without it no event can be taken."""


class Word(Open):
    """A word of a vocabulary that master data speak of."""

    id: Address
    attributes: list[dict[str, Any]] | None = None
    children: list[Address] | None = None


class Vocabulary(Open):
    """Words of one kind."""

    type: Address
    words: list[Word] | None = Field(default=None, alias="vocabularyElementList")


class MasterData(Open):
    """What is said of things and places once and not with each event."""

    vocabularies: list[Vocabulary] | None = Field(default=None, alias="vocabularyList")


class Header(Open):
    """What is said of the whole document."""

    master_data: MasterData | None = Field(default=None, alias="epcisMasterData")


class Around(Open):
    """What is around the events."""

    context: Context = Field(alias="@context")
    id: Address | None = None
    version: str | None = Field(default=None, alias="schemaVersion")
    created: Moment | None = Field(default=None, alias="creationDate")
    body: dict[str, Any] = Field(alias="epcisBody")

    @model_validator(mode="after")
    def _version_two(self) -> Self:
        if self.version is not None and self.version.split(".")[0] != "2":
            raise refused("Only EPCIS 2 is read here.", "schemaVersion")
        return self


class EpcisDocument(Around):
    """What one system sends another."""

    type: Literal["EPCISDocument"]
    version: str = Field(alias="schemaVersion", pattern=r"^\d+(\.\d+)*$")  # pyright: ignore[reportIncompatibleVariableOverride, reportGeneralTypeIssues]
    created: Moment = Field(alias="creationDate")  # pyright: ignore[reportIncompatibleVariableOverride, reportGeneralTypeIssues]
    instance: str | None = Field(default=None, alias="instanceIdentifier")
    sender: str | None = None
    receiver: str | None = None
    header: Header | None = Field(default=None, alias="epcisHeader")


class EpcisQueryDocument(Around):
    """What one system answered another, passed on."""

    type: Literal["EPCISQueryDocument"]


def read(document: Any) -> Read:
    """A document's events, and what is wrong with it."""
    kind = EpcisDocument
    if isinstance(document, dict) and document.get("type") == "EPCISQueryDocument":  # pyright: ignore[reportUnknownMemberType]
        kind = EpcisQueryDocument
    found = _validated(kind, document, "$")
    if not isinstance(found, BaseModel):
        return Read((), tuple(found[:MOST_PROBLEMS]), whole=False)
    path, events = _event_list(found)
    if events is None:
        missing = Problem(path, "There is no list of events.")
        return Read((), (missing,), whole=False)
    prefixes = declared(found.context)
    return _read_events(events, path, prefixes)


def _event_list(document: Around) -> tuple[str, Sequence[Any] | None]:
    path, body = "$.epcisBody", document.body
    if isinstance(document, EpcisQueryDocument):
        for name in ("queryResults", "resultsBody"):
            path, inner = f"{path}.{name}", body.get(name)
            body = cast("dict[str, Any]", inner) if isinstance(inner, dict) else {}
    events = body.get("eventList")
    listed = cast("list[Any]", events) if isinstance(events, list) else None
    return f"{path}.eventList", listed


def _read_events(events: Sequence[Any], path: str, prefixes: Mapping[str, Any]) -> Read:
    found: list[Reported] = []
    problems: list[Problem] = []
    for place, raw in enumerate(events):
        one = read_event(raw, place, path=f"{path}[{place}]", prefixes=prefixes)
        if isinstance(one, Reported):
            found.append(one)
        elif len(problems) < MOST_PROBLEMS:
            problems.extend(one)
    return Read(tuple(found), tuple(problems[:MOST_PROBLEMS]), whole=True)


def read_event(
    raw: Any, place: int, *, path: str, prefixes: Mapping[str, Any]
) -> Reported | list[Problem]:
    """One event, or what is wrong with it."""
    said = cast("dict[str, Any]", raw) if isinstance(raw, dict) else {}
    name = said.get("type")
    kind = KINDS.get(name) if isinstance(name, str) else None
    if kind is None:
        message = "Not one of the five kinds of events of EPCIS 2.0."
        return [Problem(f"{path}.type", message)]
    event = _validated(kind, raw, path)
    if not isinstance(event, Event):
        return event
    own = {**prefixes, **(declared(event.context) if event.context is not None else {})}
    unknown = list(_undeclared(raw, path, {*PREFIXES, *own}))
    if unknown:
        return unknown
    return Reported(place, said, event, event_hash(said, own), own)


def declared(context: Context) -> dict[str, Any]:
    """What a context declares itself: prefixes, and what is known of single fields."""
    parts = context if isinstance(context, list) else [context]
    return {name: said for part in parts if isinstance(part, dict) for name, said in part.items()}


def _undeclared(value: Any, path: str, known: set[str]) -> Iterator[Problem]:
    """Others' fields whose prefix no context declares: nobody could say what they mean."""
    if isinstance(value, list):
        for place, one in enumerate(cast("list[Any]", value)):
            yield from _undeclared(one, f"{path}[{place}]", known)
    if isinstance(value, dict):
        for name, one in cast("dict[str, Any]", value).items():
            prefix, colon, rest = name.partition(":")
            if colon and not rest.startswith("//") and prefix not in {*known, "urn"}:
                yield Problem(f"{path}['{name}']", "No context declares this field's prefix.")
            if name != "@context":
                yield from _undeclared(one, f"{path}.{name}", known)


def _validated(kind: type[M], raw: Any, path: str) -> M | list[Problem]:
    try:
        return kind.model_validate(raw)
    except ValidationError as error:
        problems = [_problem(one, path) for one in error.errors(include_input=False)]
        return list(dict.fromkeys(problems))
    except RecursionError:
        return [Problem(path, "Nested too deeply.")]


_SAID = {
    "missing": "This field is missing.",
    "extra_forbidden": "The standard knows no such field here.",
    "list_type": "A list belongs here.",
    "string_type": "A text belongs here.",
    "bool_type": "true or false belongs here.",
    "too_short": "Nothing is in this list.",
    "dict_type": "An object belongs here.",
    "model_type": "An object belongs here.",
    "model_attributes_type": "An object belongs here.",
}


def _problem(error: ErrorDetails, path: str) -> Problem:
    """Pydantic's error as path and words; names of types within the path are left out."""
    where = path + "".join(_step(part) for part in error["loc"])
    said: dict[str, Any] = error.get("ctx", {})
    if error["type"] == "epcis":
        field = said.get("field", "")
        return Problem(f"{where}.{field}" if field else where, error["msg"])
    if error["type"] in ("literal_error", "enum"):
        return Problem(where, f"This is one of {said.get('expected')}.")
    return Problem(where, _SAID.get(error["type"], "Not a value that belongs here."))


def _step(part: str | int) -> str:
    if isinstance(part, int):
        return f"[{part}]"
    inside = "[" in part or "-" in part or part in ("str", "[key]")
    return "" if inside else f".{part}"
