"""What a form keeps of the labels of units, bands and shippers, and how it refuses the others."""

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from atmpflow.codes.coi import make
from atmpflow.codes.elements import bracketed, written
from atmpflow.codes.gs1 import make_sscc
from atmpflow.codes.label import (
    ShipperLabel,
    UnitLabel,
    Wristband,
    shipper_elements,
    unit_elements,
    wristband_elements,
)
from atmpflow.codes.scan import (
    ScannedCoi,
    ScannedShipper,
    ScannedUnit,
    ScannedWristband,
    agreeing,
    read_coi,
    read_unit,
)

FIELDS = {
    "unit": TypeAdapter(ScannedUnit),
    "coi": TypeAdapter(ScannedCoi),
    "band": TypeAdapter(ScannedWristband),
    "shipper": TypeAdapter(ScannedShipper),
}
MINE, THEIRS = make(b"one-journey"), make(b"another-journey")
SSCC = make_sscc("5012345", 1)
WRONG_SSCC = SSCC[:-1] + str((int(SSCC[-1]) + 1) % 10)

OF_UNIT = unit_elements(UnitLabel(MINE, "U1"))
OF_THEIRS = unit_elements(UnitLabel(THEIRS, "U1"))
OF_BAND = wristband_elements(Wristband(MINE))
OF_SHIPPER = shipper_elements(ShipperLabel(MINE, "SH-7"))
OF_LOGISTIC = shipper_elements(ShipperLabel(MINE, SSCC))

UNIT, BAND, SHIPPER, LOGISTIC, THEIR_UNIT = (
    "]d2" + written(elements)[1:]
    for elements in (OF_UNIT, OF_BAND, OF_SHIPPER, OF_LOGISTIC, OF_THEIRS)
)

A_BAND = (
    "scan-of-a-wristband",
    "This is the band of a patient, not the label of a unit.",
    "Scan the unit's label.",
)
A_SHIPPER = ("scan-of-a-shipper", "This is the label of a shipper, not of what is in it.")
NO_SHIPPER = (
    "scan-of-a-unit",
    "This is the label of a unit or the band of a patient.",
    "Scan the label of the shipper.",
)
NO_BAND = (
    "scan-of-a-unit",
    "This is the label of a unit, not the band of a patient.",
    "Scan the band on the patient's wrist.",
)
UNIT_IN_IT, UNIT_OR_BAND = (
    "Scan the label of the unit in it.",
    "Scan the label of the unit, or the band.",
)


def _refused(field: str, text: str) -> dict[str, Any]:
    with pytest.raises(ValidationError) as refused:
        FIELDS[field].validate_python(text)
    (error,) = refused.value.errors()
    return dict(error)


@pytest.mark.parametrize(
    ("field", "text", "said"),
    [
        ("unit", BAND, A_BAND),
        ("unit", SHIPPER, (*A_SHIPPER, UNIT_IN_IT)),
        ("unit", LOGISTIC, (*A_SHIPPER, UNIT_IN_IT)),
        ("coi", SHIPPER, (*A_SHIPPER, UNIT_OR_BAND)),
        ("band", SHIPPER, (*A_SHIPPER, UNIT_OR_BAND)),
        ("band", UNIT, NO_BAND),
        ("shipper", UNIT, NO_SHIPPER),
        ("shipper", BAND, NO_SHIPPER),
    ],
)
def test_another_label_of_ours_is_refused_in_words_that_say_what_to_scan(
    field: str, text: str, said: tuple[str, str, str]
):
    code, message, remedy = said
    error = _refused(field, text)
    assert error["type"] == "refused"
    assert error["ctx"] == {"code": code, "message": message, "remedy": remedy}
    assert error["msg"] == f"{code}: {message}"


@pytest.mark.parametrize(
    ("field", "text", "kept"),
    [
        ("unit", UNIT, "U1"),
        ("unit", bracketed(OF_UNIT), "U1"),
        ("coi", UNIT, MINE),
        ("coi", BAND, MINE),
        ("band", BAND, MINE),
        ("band", bracketed(OF_BAND), MINE),
        ("shipper", SHIPPER, "SH-7"),
        ("shipper", bracketed(OF_SHIPPER), "SH-7"),
        ("shipper", LOGISTIC, SSCC),
        ("shipper", f"]C100{SSCC}", SSCC),
        ("shipper", f"(00){SSCC}", SSCC),
        ("shipper", "]C10109520123456788", "(01)09520123456788"),
        ("shipper", f"]d1{MINE}\r\n", f"]d1{MINE}"),
        ("shipper", "SH-7", "SH-7"),
        ("coi", MINE.lower(), MINE),
        ("coi", MINE[:-1] + "*", MINE[:-1] + "*"),
        ("band", MINE.lower(), MINE),
        ("unit", "]C0=G12341765432100", "G123417654321"),
        ("unit", "=G12341765432100", "G123417654321"),
        ("unit", "=+02000=G15172600012300=<S1128V00", "G151726000123"),
        ("unit", "=+02000=G15172600012300=<S11281A0", "=+02000=G15172600012300=<S11281A0"),
        ("unit", "=+02000=G15172600012300=<S112810A", "=+02000=G15172600012300=<S112810A"),
        ("unit", "=+02000=<S1128V00=>026001", "=+02000=<S1128V00=>026001"),
        ("unit", "=+02000=G15172600012300=>026001", "G151726000123"),
    ],
)
def test_each_field_keeps_its_own_identifier(field: str, text: str, kept: str):
    assert FIELDS[field].validate_python(text) == kept


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (SSCC, SSCC),
        (f"{SSCC[0]} {SSCC[1:8]} {SSCC[8:17]} {SSCC[17]}", SSCC),
        (WRONG_SSCC[:-1], WRONG_SSCC[:-1]),  # 17 digits
        (WRONG_SSCC + "0", WRONG_SSCC + "0"),
        ("A" + WRONG_SSCC[1:], "A" + WRONG_SSCC[1:]),
        ("\u0663" + WRONG_SSCC[1:], "\u0663" + WRONG_SSCC[1:]),  # a digit, and not one of ours
        ("SH 7", "SH 7"),
    ],
)
def test_only_eighteen_digits_are_taken_for_a_printed_sscc(text: str, kept: str):
    assert FIELDS["shipper"].validate_python(text) == kept


def test_a_slip_in_a_typed_sscc_is_refused():
    assert _refused("shipper", WRONG_SSCC)["ctx"]["code"] == "gs1-check-digit"


@pytest.mark.parametrize("field", sorted(FIELDS))
@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("]z9X", "symbology-unknown"),
        ("\x1dZZ", "gs1-identifier-unknown"),
        ("U1\x1d", "gs1-identifier-unknown"),
    ],
)
def test_what_a_scanner_sent_and_no_label_is_is_refused_without_the_text(
    field: str, text: str, code: str
):
    error = _refused(field, text)
    assert error["type"] == "refused"
    assert error["ctx"]["code"] == code
    assert text not in str(error["msg"])


@pytest.mark.parametrize("field", sorted(FIELDS))
@pytest.mark.parametrize("text", ["(unknown)", "(7) in the box", "=+nothing", "=zNO", "U(1)"])
def test_what_a_hand_may_have_typed_stays_as_it_is(field: str, text: str):
    assert FIELDS[field].validate_python(text) == text


@pytest.mark.parametrize("field", sorted(FIELDS))
@pytest.mark.parametrize("value", [None, 5, ["U1"], {"unit": "U1"}])
def test_what_is_no_text_is_refused_as_no_text(field: str, value: Any):
    assert _refused(field, value)["type"] == "string_type"


@pytest.mark.parametrize(
    ("unit", "beside", "kept"),
    [
        (UNIT, MINE, "U1"),
        (UNIT, UNIT, "U1"),
        (UNIT, BAND, "U1"),
        (UNIT, MINE.lower(), "U1"),
        (THEIR_UNIT, MINE, f"U1 of {THEIRS}"),
        (UNIT, "nothing", f"U1 of {MINE}"),
    ],
)
def test_a_unit_and_a_coi_of_two_journeys_do_not_agree(unit: str, beside: str, kept: str):
    form = {"scanned_unit": unit, "scanned_coi": beside, "seal": "S-1"}
    agreed = agreeing(form)
    assert FIELDS["unit"].validate_python(agreed["scanned_unit"]) == kept
    assert {**agreed, "scanned_unit": unit} == form


@pytest.mark.parametrize(
    "form",
    [
        {"scanned_unit": "U1", "scanned_coi": THEIRS},
        {"scanned_unit": BAND, "scanned_coi": THEIRS},
        {"scanned_unit": UNIT, "scanned_coi": SHIPPER},
        {"scanned_unit": UNIT, "scanned_coi": "]z9X"},
        {"scanned_unit": "]z9X", "scanned_coi": MINE},
        {"scanned_unit": UNIT, "scanned_coi": None},
        {"scanned_unit": UNIT},
        {"scanned_unit": None, "scanned_coi": MINE},
        {"scanned_coi": MINE},
    ],
)
def test_a_form_whose_fields_themselves_say_what_is_wrong_is_left_alone(form: dict[str, Any]):
    assert agreeing(dict(form)) == form


@pytest.mark.parametrize(
    ("text", "read"),
    [(MINE, MINE), (MINE.lower(), MINE), (MINE[:-1], MINE[:-1]), ("U1", "U1"), ("", "")],
)
def test_a_coi_is_read_in_its_written_form_and_anything_else_is_left(text: str, read: str):
    assert read_coi(text) == read


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("=G12341765432100", "G123417654321"),
        ("=G12341765432171", "=G12341765432171"),  # flags that do not agree
        ("=G1234", "=G1234"),
        ("G1234 17 654321 70 A", "G1234 17 654321 70 A"),
        ("U1", "U1"),
    ],
)
def test_only_a_scanned_donation_number_is_read_as_one(text: str, read: str):
    assert read_unit(text) == read
