"""The event hash id of CBV 2.0 (8.9.1): the same event has the same id, however it is written.

An event becomes one text: its fields in the standard's order, times in UTC with milliseconds, words
and identifiers as addresses, lists sorted, others' fields last. The id is the SHA-256 of that text
as a named-information URI (RFC 6920). When it was recorded, which id it was given and that it was
declared wrong are left out: an event that is taken back has the id of the event it takes back.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal, InvalidOperation
from hashlib import sha256
from typing import Any, cast

from atmpflow.epcis import vocabulary as cbv
from atmpflow.epcis.identifiers import canonical
from atmpflow.epcis.values import moment
from atmpflow.epcis.vocabulary import Words

Prefixes = Mapping[str, Any]


def _names(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_ORDER = _names(
    "eventTime eventTimeZoneOffset certificationInfo parentID epcList inputEPCList childEPCs"
    " quantityList childQuantityList inputQuantityList outputEPCList outputQuantityList action"
    " transformationID bizStep disposition persistentDisposition readPoint bizLocation"
    " sensorElementList"
)
_METADATA = _names(
    "time startTime endTime deviceID deviceMetadata rawData dataProcessingMethod bizRules"
)
_REPORT = _names(
    "type exception deviceID deviceMetadata rawData dataProcessingMethod bizRules time"
    " microorganism chemicalSubstance value component stringValue booleanValue hexBinaryValue"
    " uriValue minValue maxValue meanValue sDev percRank percValue uom coordinateReferenceSystem"
)
_QUANTITY = ("epcClass", "quantity", "uom")
_EPCS = frozenset({"epcList", "inputEPCList", "childEPCs", "outputEPCList"})
_QUANTITIES = frozenset(
    {"quantityList", "childQuantityList", "inputQuantityList", "outputQuantityList"}
)
_PAIRED = {
    "bizTransactionList": ("bizTransaction", cbv.TRANSACTION),
    "sourceList": ("source", cbv.PARTY),
    "destinationList": ("destination", cbv.PARTY),
}
_TIMES = frozenset({"eventTime", "time", "startTime", "endTime"})
_WORDS: dict[str, Words] = {
    "bizStep": cbv.BIZ_STEP,
    "disposition": cbv.DISPOSITION,
    "set": cbv.DISPOSITION,
    "unset": cbv.DISPOSITION,
    "component": cbv.COMPONENT,
    "exception": cbv.ALERT,
}
_LEFT_OUT = frozenset({"@context", "type", "recordTime", "eventID", "errorDeclaration"})
_COMMENTS = frozenset({"rdfs:comment", "comment"})


def event_hash(event: Mapping[str, Any], prefixes: Prefixes) -> str:
    """The id of an event as JSON has it; `prefixes` are those that its context declares."""
    digest = sha256(pre_hash(event, prefixes).encode()).hexdigest()
    return f"ni:///sha-256;{digest}?ver=CBV2.0"


def pre_hash(event: Mapping[str, Any], prefixes: Prefixes) -> str:
    """The text that is hashed."""
    writer = _Writer({**cbv.PREFIXES, **prefixes})
    ordered = "".join(writer.field(name, event[name]) for name in _ORDER if name in event)
    others = [
        writer.other(name, value)
        for name, value in event.items()
        if name not in _ORDER and name not in _LEFT_OUT and name not in _COMMENTS
    ]
    return f"eventType={event['type']}{ordered}{''.join(sorted(others))}"


def millisecond(at: datetime) -> str:
    """A moment as the hash writes it."""
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z"


class _Writer:
    """Writes values, with the prefixes of one document."""

    def __init__(self, prefixes: Prefixes) -> None:
        self._prefixes = {name: said for name, said in prefixes.items() if isinstance(said, str)}

    def field(self, name: str, value: Any) -> str:
        """One of the standard's own fields; nothing where it is empty."""
        if name in _EPCS:
            return self._list(name, [self._pair("epc", one) for one in value])
        if name in _QUANTITIES:
            return self._list(
                name, ["quantityElement" + self._inside(one, _QUANTITY) for one in value]
            )
        if name == "sensorElementList":
            return self._list(name, [self._sensors(one) for one in value])
        if name == "persistentDisposition":
            return name + self._inside(value, ("set", "unset"))
        if name in ("readPoint", "bizLocation"):
            return name + self._inside(value, ("id",))
        return "".join(sorted(self._pair(name, one) for one in _each(value)))

    def other(self, name: str, value: Any) -> str:
        """A list of papers or parties, ilmd, or a field of somebody else's."""
        if name in _PAIRED:
            return self._list(name, [self._typed(one, *_PAIRED[name]) for one in value])
        if name == "ilmd":
            return name + self._others(value)
        return "".join(sorted(self._other(name, one) for one in _each(value)))

    def _sensors(self, element: Mapping[str, Any]) -> str:
        metadata = element.get("sensorMetadata")
        reports = [
            "sensorReport" + self._inside(one, _REPORT) for one in element.get("sensorReport", ())
        ]
        first = "" if metadata is None else "sensorMetadata" + self._inside(metadata, _METADATA)
        more = {k: v for k, v in element.items() if k not in ("sensorMetadata", "sensorReport")}
        return f"sensorElement{first}{''.join(sorted(reports))}{self._others(more)}"

    def _inside(self, part: Mapping[str, Any], order: Sequence[str]) -> str:
        known = "".join(self.field(name, part[name]) for name in order if name in part)
        return known + self._others({k: v for k, v in part.items() if k not in order})

    def _others(self, part: Mapping[str, Any]) -> str:
        return "".join(
            sorted(self.other(name, one) for name, one in part.items() if name not in _COMMENTS)
        )

    def _other(self, name: str, value: Any) -> str:
        key = self._name(name)
        if isinstance(value, dict):
            return key + self._others(cast("dict[str, Any]", value))
        return self._pair(key, value, standard=False) or key

    def _typed(self, item: Mapping[str, Any], key: str, words: Words) -> str:
        kind = f"type={words.expanded(self._full(item['type']))}" if "type" in item else ""
        return kind + self._pair(key, item[key])

    @staticmethod
    def _list(name: str, parts: Iterable[str]) -> str:
        written = "".join(sorted(parts))
        return name + written if written else ""

    def _name(self, name: str) -> str:
        prefix, colon, local = name.partition(":")
        stem = self._prefixes.get(prefix) if colon else None
        return name if stem is None else f"{{{stem}}}{local}"

    def _full(self, text: str) -> str:
        prefix, colon, local = text.partition(":")
        stem = self._prefixes.get(prefix) if colon else None
        return text if stem is None else stem + local

    def _pair(self, key: str, value: Any, *, standard: bool = True) -> str:
        text = self._value(key, value, standard=standard)
        return f"{key}={text}" if text else ""

    def _value(self, key: str, value: Any, *, standard: bool) -> str:
        if isinstance(value, bool):
            return "true" if value else "false"
        text = self._full(str(value).strip())
        if standard and key in _TIMES:
            return millisecond(moment(text))
        if standard and key == "type":
            return cbv.MEASUREMENT.expanded(text)
        if standard and key in _WORDS:
            return _WORDS[key].expanded(text)
        return canonical(_number(text))


def _each(value: Any) -> list[Any]:
    return cast("list[Any]", value) if isinstance(value, list) else [value]


def _number(text: str) -> str:
    """Numbers without zeros that say nothing; every other text as it is."""
    if not (text.isascii() and text[:1] and text[:1] in "+-.0123456789"):
        return text
    try:
        number = Decimal(text)
    except InvalidOperation:
        return text
    if not number.is_finite() or "_" in text or abs(number.adjusted()) > 300:
        return text
    return "0" if number == 0 else f"{number.normalize():f}"
