"""What a scanner or a hand read from a label, in the form in which codes are compared.

A field takes what a scanner sends for a symbol on our own label, or what is printed beside it, and
keeps the one identifier that it asks for. What is somebody else's stays as it is, to fail the
comparison; what no label can be is refused before it comes to a comparison.
"""

from typing import Annotated, Any, cast

from pydantic import AfterValidator, BeforeValidator
from pydantic_core import PydanticCustomError

from atmpflow.codes import coi, gs1, isbt128
from atmpflow.codes.elements import SEPARATOR, bracketed
from atmpflow.codes.elements import value_of as value_of_element
from atmpflow.codes.isbt_structures import Structure, value_of
from atmpflow.codes.label import ShipperLabel, UnitLabel, Wristband
from atmpflow.codes.reading import Found, Gs1, Isbt, identify
from atmpflow.errors import Refused
from atmpflow.message import Text

_UNDIVIDED = "00"
_SSCC_DIGITS = 18


def read_coi(text: str) -> str:
    """A chain-of-identity id in its written form; anything else unchanged, to fail comparison."""
    try:
        return coi.check(text, "")
    except Refused:
        return text


def read_unit(text: str) -> str:
    """A unit number; an ISBT 128 scan (`=...`) becomes its 13-character donation number."""
    if not text.startswith("="):
        return text
    try:
        return isbt128.check(text, "")
    except Refused:
        return text


def _wrong(refused: Refused) -> PydanticCustomError:
    """A refusal as a form reports it."""
    said = {"code": refused.code, "message": refused.message, "remedy": refused.remedy}
    return PydanticCustomError("refused", "{code}: {message}", said)


def _of_scanner(text: str) -> Found | None:
    """What a scanner sent; none for what a hand could have typed and no label of ours is.

    Raises PydanticCustomError, without the text, for a scan that is no label at all.
    """
    sent = text.strip(" \t\r\n")
    by_scanner = SEPARATOR in sent or sent.startswith("]")
    if not (by_scanner or sent.startswith(("(", "=+"))):
        return None
    try:
        return identify(sent)
    except Refused as refused:
        if by_scanner:
            raise _wrong(refused) from None
        return None


def _as_text(found: Found, text: str) -> str:
    """Somebody else's label as it can be kept and read; it equals none of ours."""
    return bracketed(found.elements) if isinstance(found, Gs1) else text.strip(" \t\r\n")


def _undivided_donation(structures: tuple[Structure, ...]) -> str | None:
    """The donation number of a label, unless the donation was divided: then it names several."""
    product = value_of(structures, "003")
    if product is not None and product[-2:] != _UNDIVIDED:
        return None
    return value_of(structures, "001")


def _unit(value: Any) -> Any:
    found = _of_scanner(value) if isinstance(value, str) else None
    match found:
        case None:
            return value
        case UnitLabel(unit=unit):
            return unit
        case Wristband():
            message = "This is the band of a patient, not the label of a unit."
            raise _wrong(Refused("scan-of-a-wristband", "", message, "Scan the unit's label."))
        case ShipperLabel():
            raise _of_a_shipper("Scan the label of the unit in it.")
        case isbt128.Din(number=number):  # pyright: ignore[reportGeneralTypeIssues]
            return number
        case Isbt(structures=structures):
            return _undivided_donation(structures) or value
        case _:
            return _as_text(found, value)


def _of_a_shipper(remedy: str) -> PydanticCustomError:
    message = "This is the label of a shipper, not of what is in it."
    return _wrong(Refused("scan-of-a-shipper", "", message, remedy))


def _label_coi(value: Any) -> Any:
    found = _of_scanner(value) if isinstance(value, str) else None
    if isinstance(found, ShipperLabel):
        raise _of_a_shipper("Scan the label of the unit, or the band.")
    if isinstance(found, UnitLabel | Wristband):
        return found.coi
    return value if found is None else _as_text(found, value)


def _patient_coi(value: Any) -> Any:
    found = _of_scanner(value) if isinstance(value, str) else None
    if isinstance(found, UnitLabel):
        message = "This is the label of a unit, not the band of a patient."
        raise _wrong(
            Refused("scan-of-a-unit", "", message, "Scan the band on the patient's wrist.")
        )
    return _label_coi(value)


def _shipper(value: Any) -> Any:
    found = _of_scanner(value) if isinstance(value, str) else None
    match found:
        case None:
            return _typed_shipper(value)
        case ShipperLabel(number=number):
            return number
        case UnitLabel() | Wristband():
            message = "This is the label of a unit or the band of a patient."
            raise _wrong(Refused("scan-of-a-unit", "", message, "Scan the label of the shipper."))
        case Gs1(elements=elements):
            return value_of_element(elements, "00") or _as_text(found, value)
        case _:
            return _as_text(found, value)


def _typed_shipper(value: Any) -> Any:
    """The 18 digits of an SSCC as they are printed, without spaces; anything else unchanged."""
    digits = value.replace(" ", "") if isinstance(value, str) else ""
    if not (len(digits) == _SSCC_DIGITS and digits.isascii() and digits.isdigit()):
        return value
    try:
        return gs1.sscc(digits, "")
    except Refused as refused:
        raise _wrong(refused) from None


ScannedCoi = Annotated[Text, BeforeValidator(_label_coi), AfterValidator(read_coi)]
"""The COI of a label, by its symbol or as printed."""

ScannedUnit = Annotated[Text, BeforeValidator(_unit), AfterValidator(read_unit)]
"""The unit number of a label, by its symbol, an ISBT 128 symbol, or as printed."""

ScannedWristband = Annotated[Text, BeforeValidator(_patient_coi), AfterValidator(read_coi)]
"""The COI on a patient's band; the symbol on a unit is refused in its place."""

ScannedShipper = Annotated[Text, BeforeValidator(_shipper)]
"""The number on a shipper's label: its SSCC, or its own where it has none."""


def agreeing(values: Any) -> Any:
    """Of a form with `scanned_unit` and `scanned_coi`: both from one label, or they do not agree.

    A unit's symbol carries its COI, too. Where that is not the COI beside it the unit is left as
    the whole label, which equals no unit: a label that names two journeys stops them both.
    """
    if not isinstance(values, dict):
        return values
    given = cast("dict[str, Any]", values)
    unit, coi_given = given.get("scanned_unit"), given.get("scanned_coi")
    if not isinstance(unit, str) or not isinstance(coi_given, str):
        return given
    try:
        label, beside = _of_scanner(unit), read_coi(str(_label_coi(coi_given)))
    except ValueError:
        return given  # the field itself says what is wrong with it
    if not isinstance(label, UnitLabel) or beside == label.coi:
        return given
    return {**given, "scanned_unit": f"{label.unit} of {label.coi}"}
