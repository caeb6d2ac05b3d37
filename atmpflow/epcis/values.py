"""Values inside EPCIS events: moments, addresses, words and units, as they came and yet checked.

A value is kept as it was written, so that a document that is read and written again is the same
document. What is wrong with it is said in words, without the value.
"""

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, StrictBool
from pydantic_core import PydanticCustomError

from atmpflow.epcis import vocabulary as cbv
from atmpflow.epcis.identifiers import instance, of_one, wrong
from atmpflow.epcis.units import UNITS
from atmpflow.epcis.vocabulary import Words

_MOMENT = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt]([0-9]{2}:[0-9]{2}:[0-9]{2})(\.[0-9]+)?"
    r"([Zz]|[+-][0-9]{2}:[0-9]{2})"
)
_OFFSET = re.compile(r"[+-](?:(?:0[0-9]|1[0-3]):[0-5][0-9]|14:00)")
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:[^\s<>\"{}|\\^`]+")


def refused(message: str, field: str = "") -> PydanticCustomError:
    """A reason against a value, without the value; `field` where it is one of the value's own."""
    return PydanticCustomError("epcis", "{message}", {"message": message, "field": field})


def moment(text: str) -> datetime:
    """A moment of EPCIS, in UTC, to the nearest millisecond, as the event hash counts.

    Raises ValueError for what is none.
    """
    found = _MOMENT.fullmatch(text)
    if found is None:
        raise ValueError("no moment")
    day, clock, fraction, zone = found.groups()
    at = datetime.fromisoformat(f"{day}T{clock}{zone.upper()}").astimezone(UTC)
    return at + timedelta(milliseconds=round(float(fraction or 0) * 1000))


def _moment(text: str) -> str:
    if not _MOMENT.fullmatch(text):
        raise refused("A moment is a date, a time and its zone: 2026-03-01T09:30:00Z.")
    try:
        moment(text)
    except (ValueError, OverflowError):
        raise refused("There is no such moment.") from None
    return text


def _offset(text: str) -> str:
    if not _OFFSET.fullmatch(text):
        raise refused("An offset is +hh:mm or -hh:mm, from -14:00 to +14:00.")
    return text


def _address(text: str) -> str:
    if not _ADDRESS.fullmatch(text):
        raise refused("Neither a known short name nor an address (URI).")
    return text


def _identifier(text: str) -> str:
    if (message := wrong(_address(text))) is not None:
        raise refused(message)
    return text


def _instance(text: str) -> str:
    if not instance(_identifier(text)):
        raise refused("This names a class of things; what it happened to is named one by one.")
    return text


def _class(text: str) -> str:
    if of_one(_identifier(text)):
        raise refused("This names one thing, not a class of things.")
    return text


def _unit(text: str) -> str:
    if text not in UNITS:
        raise refused("Not a unit of UN/CEFACT Recommendation 20, such as CEL, KGM or MLT.")
    return text


def _real(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise refused("A number, not a text.")
    return value


def _word(words: Words) -> AfterValidator:
    """A short name, its address, or an address of another vocabulary."""

    def check(text: str) -> str:
        if text in words.names:
            return text
        if _address(text).startswith(_OLD) or text.startswith(cbv.WEB_VOCABULARY):
            raise refused("In JSON the vocabulary's short name is written, such as shipping.")
        address = _full(text)
        ours = address.startswith((cbv.CBV, cbv.WEB_VOCABULARY))
        if ours and words.short(address) not in words.names:
            raise refused(f"The Core Business Vocabulary 2.0 knows no such {words.title}.")
        return text

    return AfterValidator(check)


_OLD = ("urn:epcglobal:cbv:", "https://ns.gs1.org/cbv/", "http://ns.gs1.org/cbv/")
"""How other syntaxes write words of the vocabulary."""


def _full(text: str) -> str:
    prefix, _, rest = text.partition(":")
    return f"{cbv.PREFIXES[prefix]}{rest}" if prefix in cbv.PREFIXES else text


Moment = Annotated[str, AfterValidator(_moment)]
Offset = Annotated[str, AfterValidator(_offset)]
Address = Annotated[str, AfterValidator(_address)]
Identifier = Annotated[str, AfterValidator(_identifier)]
Instance = Annotated[str, AfterValidator(_instance)]
Class = Annotated[str, AfterValidator(_class)]
Unit = Annotated[str, AfterValidator(_unit)]
Real = Annotated[int | float, BeforeValidator(_real), Field(allow_inf_nan=False)]
Hex = Annotated[str, Field(pattern=r"^[A-Fa-f0-9]+$")]
Flag = StrictBool
BizStep = Annotated[str, _word(cbv.BIZ_STEP)]
Disposition = Annotated[str, _word(cbv.DISPOSITION)]
TransactionType = Annotated[str, _word(cbv.TRANSACTION)]
PartyType = Annotated[str, _word(cbv.PARTY)]
Reason = Annotated[str, _word(cbv.REASON)]
Component = Annotated[str, _word(cbv.COMPONENT)]
Alert = Annotated[str, _word(cbv.ALERT)]
Measured = Annotated[str, _word(cbv.MEASUREMENT)]
