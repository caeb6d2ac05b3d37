"""What a partner asks for: the query parameters of EPCIS 2.0 that are answered here.

Several values of one parameter are given with `|` between them, or by naming it again. A parameter
that is not known is refused: an answer that leaves a condition out would be a wrong one.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from atmpflow.epcis import vocabulary as cbv
from atmpflow.epcis.events import KINDS, Acting, AggregationEvent, AssociationEvent, Event
from atmpflow.epcis.identifiers import canonical
from atmpflow.epcis.values import moment
from atmpflow.epcis.vocabulary import Words
from atmpflow.errors import Refused

MOST_PER_PAGE = 1_000
PER_PAGE = 30

_TOKEN = re.compile(r"(own|captured)-([0-9]{1,18})")


@dataclass(frozen=True, slots=True)
class Page:
    """Where a page begins: among our own events, or behind a captured one."""

    captured: bool = False
    after: int = 0

    @property
    def token(self) -> str:
        return f"{'captured' if self.captured else 'own'}-{self.after}"


@dataclass(frozen=True, slots=True)
class Query:
    """Which events: every condition holds, and of one condition's values one is enough."""

    kinds: tuple[str, ...] = ()
    since: datetime | None = None
    before: datetime | None = None
    recorded_since: datetime | None = None
    recorded_before: datetime | None = None
    actions: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()
    dispositions: tuple[str, ...] = ()
    epcs: tuple[str, ...] = ()
    things: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    per_page: int = PER_PAGE
    page: Page = Page()


def word(words: Words, said: str | None) -> str | None:
    """A word of the vocabulary as it is looked for: its address."""
    if said is None:
        return None
    prefix, _, rest = said.partition(":")
    return words.expanded(f"{cbv.PREFIXES[prefix]}{rest}" if prefix in cbv.PREFIXES else said)


def epcs_of(event: Event) -> set[str]:
    """What MATCH_epc looks at: the things themselves, or what is inside; not what holds them."""
    if isinstance(event, AggregationEvent | AssociationEvent):
        return {canonical(uri) for uri in event.children or ()}
    epcs: list[str] | None = getattr(event, "epcs", None)
    return {canonical(uri) for uri in epcs or ()}


def read_query(asked: Mapping[str, Sequence[str]]) -> Query:
    """The query of these parameters. Raises Refused `epcis-query` with the parameter's name."""
    values: dict[str, Any] = {}
    for name, given in asked.items():
        listed = tuple(one for text in given for one in text.split("|") if one)
        if name not in _READ or not listed:
            raise _refuse(name, "No such parameter is answered here, or it has no value.")
        if any("\x00" in one for one in listed):
            raise _refuse(name, "Not a value that this parameter has.")
        field, read = _READ[name]
        try:
            values[field] = read(listed)
        except (ValueError, KeyError, OverflowError):
            raise _refuse(name, "Not a value that this parameter has.") from None
    return Query(**values)


def _refuse(name: str, message: str) -> Refused:
    remedy = f"Ask with: {', '.join(_READ)}."
    return Refused("epcis-query", name[:60], message, remedy)


def _of(allowed: Sequence[str]) -> Any:
    def read(listed: tuple[str, ...]) -> tuple[str, ...]:
        if set(listed) - set(allowed):
            raise ValueError("not one of them")
        return listed

    return read


def _words(words: Words) -> Any:
    def read(listed: tuple[str, ...]) -> tuple[str, ...]:
        found = tuple(word(words, one) or "" for one in listed)
        if any(":" not in one for one in found):
            raise ValueError("no word of the vocabulary")
        return found

    return read


def _one(listed: tuple[str, ...]) -> str:
    (only,) = listed
    return only


def _moment(listed: tuple[str, ...]) -> datetime:
    return moment(_one(listed).replace(" ", "+"))


def _identifiers(listed: tuple[str, ...]) -> tuple[str, ...]:
    if any("*" in one for one in listed):
        raise ValueError("patterns are not answered")
    return tuple(canonical(one) for one in listed)


def _per_page(listed: tuple[str, ...]) -> int:
    number = int(_one(listed))
    if not 1 <= number <= MOST_PER_PAGE:
        raise ValueError("too few or too many")
    return number


def _page(listed: tuple[str, ...]) -> Page:
    found = _TOKEN.fullmatch(_one(listed))
    if found is None:
        raise ValueError("not a token of ours")
    return Page(found[1] == "captured", int(found[2]))


def _as_given(listed: tuple[str, ...]) -> tuple[str, ...]:
    return listed


_READ: dict[str, tuple[str, Any]] = {
    "eventType": ("kinds", _of(tuple(KINDS))),
    "GE_eventTime": ("since", _moment),
    "LT_eventTime": ("before", _moment),
    "GE_recordTime": ("recorded_since", _moment),
    "LT_recordTime": ("recorded_before", _moment),
    "EQ_action": ("actions", _of(("ADD", "OBSERVE", "DELETE"))),
    "EQ_bizStep": ("steps", _words(cbv.BIZ_STEP)),
    "EQ_disposition": ("dispositions", _words(cbv.DISPOSITION)),
    "MATCH_epc": ("epcs", _identifiers),
    "MATCH_anyEPC": ("things", _identifiers),
    "EQ_eventID": ("ids", _as_given),
    "perPage": ("per_page", _per_page),
    "nextPageToken": ("page", _page),
}


def matches(query: Query, event: Event, recorded: datetime) -> bool:
    """Whether one of our own events is among those that were asked for."""
    time = moment(event.time)
    action = event.action if isinstance(event, Acting) else None
    things = {canonical(uri) for uri in event.things()}
    return (
        _is_among(event.type, query.kinds)
        and _is_within(time, query.since, query.before)
        and _is_within(recorded, query.recorded_since, query.recorded_before)
        and _is_among(action, query.actions)
        and _is_among(word(cbv.BIZ_STEP, event.biz_step), query.steps)
        and _is_among(word(cbv.DISPOSITION, event.disposition), query.dispositions)
        and (not query.epcs or bool(epcs_of(event) & set(query.epcs)))
        and (not query.things or bool(things & set(query.things)))
        and _is_among(event.id, query.ids)
    )


def _is_among(value: str | None, wanted: Sequence[str]) -> bool:
    return not wanted or value in wanted


def _is_within(at: datetime, since: datetime | None, before: datetime | None) -> bool:
    return (since is None or at >= since) and (before is None or at < before)
