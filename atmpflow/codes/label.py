"""What the symbols on our own labels hold, and how they are told from everybody else's.

A DataMatrix with GS1 elements: (91) chain-of-identity id, (92) unit number and (93) version of the
label on a unit, (94) PATIENT in place of those on a wristband and SHIPPER on a shipper, with its
own number in (95); in front of them the unit's GIAI (8004) or the shipper's SSCC (00) where a
company prefix is set. 91 to 95 are for a company's own use, so only a right
chain-of-identity id in (91) makes a label ours. A wristband is never read as a unit nor a unit's
label as a wristband: scanning the bag twice must not pass for scanning the patient.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from atmpflow.codes import coi, gs1
from atmpflow.codes.elements import Element, value_of
from atmpflow.codes.gs1_forms import CHARACTERS
from atmpflow.errors import Refused

PATIENT = "PATIENT"
SHIPPER = "SHIPPER"

_COI, _UNIT, _VERSION, _OF, _SHIPPER = "91", "92", "93", "94", "95"
_OURS = {_COI, _UNIT, _VERSION, _OF, _SHIPPER}
_LONGEST_UNIT = 90
_NUMBER = re.compile(r"[1-9][0-9]{0,3}")


@dataclass(frozen=True, slots=True)
class UnitLabel:
    """The label on a bag, vial or kit; `version` is 1 for the first and counts replacements."""

    coi: str
    unit: str
    version: int = 1


@dataclass(frozen=True, slots=True)
class Wristband:
    """The band on a patient."""

    coi: str


@dataclass(frozen=True, slots=True)
class ShipperLabel:
    """The label on a shipper for one leg; `number` is its SSCC, or its own where it has none."""

    coi: str
    number: str


def unit_elements(label: UnitLabel, *, prefix: str | None = None) -> tuple[Element, ...]:
    """What the symbol on a unit holds; `prefix` is the GS1 company prefix.

    Raises Refused `label-unit` when a scanner could not send the unit number, or as `gs1`.
    """
    if not _scannable(label.unit):
        message = "The unit number has a character that no GS1 symbol can hold, or is too long."
        remedy = "Number units with letters, digits and - . / only, at most 90."
        raise Refused("label-unit", "unit", message, remedy)
    key = (Element("8004", gs1.make_giai(prefix, label.unit)),) if prefix else ()
    own = ((_COI, label.coi), (_UNIT, label.unit), (_VERSION, str(label.version)))
    return key + tuple(Element(ai, value) for ai, value in own)


def wristband_elements(band: Wristband) -> tuple[Element, ...]:
    """What the symbol on a wristband holds."""
    return Element(_COI, band.coi), Element(_OF, PATIENT)


def shipper_elements(label: ShipperLabel) -> tuple[Element, ...]:
    """What the symbol on a shipper holds. Raises Refused `label-shipper` as `unit_elements`."""
    own = (Element(_COI, label.coi), Element(_OF, SHIPPER))
    if _is_sscc(label.number):
        return (Element("00", label.number), *own)
    if not _scannable(label.number):
        message = "The shipper's number has a character that no GS1 symbol can hold."
        remedy = "Number shippers with letters, digits and - . / only, at most 90."
        raise Refused("label-shipper", "shipper", message, remedy)
    return (*own, Element(_SHIPPER, label.number))


def _is_sscc(number: str) -> bool:
    return len(number) == 18 and number.isdigit() and number.isascii()


def _scannable(unit: str) -> bool:
    return 0 < len(unit) <= _LONGEST_UNIT and CHARACTERS["X"].fullmatch(unit) is not None


def read(elements: Sequence[Element], field: str) -> UnitLabel | Wristband | ShipperLabel | None:
    """Our label, from what its symbol held; none when it is somebody else's.

    Raises Refused `label-unreadable` for one that begins as ours and does not go on so, or as
    `coi.check`.
    """
    identity = value_of(elements, _COI) or ""
    if not identity.startswith(f"{coi.PREFIX}-"):
        return None
    if coi.check(identity, field) != identity:
        raise _unreadable(field)
    said = {one.ai: one.value for one in elements if one.ai in _OURS}
    if said == {_COI: identity, _OF: PATIENT}:
        return Wristband(identity)
    if said.get(_OF) == SHIPPER:
        return _read_shipper(said, value_of(elements, "00"), field)
    if set(said) != {_COI, _UNIT, _VERSION} or not _NUMBER.fullmatch(said[_VERSION]):
        raise _unreadable(field)
    return UnitLabel(identity, said[_UNIT], int(said[_VERSION]))


def _read_shipper(said: dict[str, str], sscc: str | None, field: str) -> ShipperLabel:
    number = said.get(_SHIPPER) or sscc
    if number is None or set(said) - {_SHIPPER} != {_COI, _OF} or (sscc and _SHIPPER in said):
        raise _unreadable(field)
    return ShipperLabel(said[_COI], number)


def _unreadable(field: str) -> Refused:
    message = "The symbol begins as one of our labels and does not go on as one."
    return Refused(
        "label-unreadable", field, message, "Scan again; if it fails, two people replace the label."
    )
