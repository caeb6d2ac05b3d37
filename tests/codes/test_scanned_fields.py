"""What a form keeps of a scan: one identifier, somebody else's label as it is, and no crash."""

from itertools import count
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from atmpflow.codes.coi import make
from atmpflow.codes.elements import written
from atmpflow.codes.label import UnitLabel, Wristband, unit_elements, wristband_elements
from atmpflow.codes.scan import ScannedCoi, ScannedUnit, ScannedWristband, agreeing

UNIT = TypeAdapter(ScannedUnit)
COI = TypeAdapter(ScannedCoi)
BAND = TypeAdapter(ScannedWristband)

MINE = make(b"one-journey")
ENDS_IN_X = next(
    coi for number in count() if (coi := make(number.to_bytes(8)))[-1] == "X"
)  # a letter that a careless strip would take away
SEC = "SEC:PL001499Z549917123456A00T041600320171231"


def _scanned(label: UnitLabel | Wristband) -> str:
    elements = unit_elements(label) if isinstance(label, UnitLabel) else wristband_elements(label)
    return "]d2" + written(elements)[1:]


@pytest.mark.parametrize("field", [UNIT, COI, BAND], ids=["unit", "coi", "band"])
@pytest.mark.parametrize("value", [None, 5, 1.5, ["U1"], {"unit": "U1"}])
def test_what_is_no_text_is_refused_as_such(field: TypeAdapter[str], value: Any):
    with pytest.raises(ValidationError) as refused:
        field.validate_python(value)
    assert [error["type"] for error in refused.value.errors()] == ["string_type"]


@pytest.mark.parametrize("value", [None, 5, [], "U1", {}, {"scanned_unit": 5, "scanned_coi": MINE}])
def test_a_form_without_two_scans_is_left_as_it_is(value: Any):
    assert agreeing(value) == value


@pytest.mark.parametrize("field", [UNIT, COI, BAND], ids=["unit", "coi", "band"])
def test_somebody_elses_code_stays_readable_without_the_scanners_line_end(
    field: TypeAdapter[str],
):
    assert field.validate_python(f"]d1{SEC}\r\n") == f"]d1{SEC}"


@pytest.mark.parametrize("text", [f"]d1{ENDS_IN_X}", f" ]d1{ENDS_IN_X}\r\n"])
def test_no_character_of_a_code_is_taken_for_white_space(text: str):
    assert UNIT.validate_python(text) == f"]d1{ENDS_IN_X}"
    assert COI.validate_python(ENDS_IN_X) == ENDS_IN_X


def test_the_separator_in_front_shows_that_a_scanner_sent_it():
    assert UNIT.validate_python("\x1d0109520123456788") == "(01)09520123456788"


@pytest.mark.parametrize(
    ("field", "text", "code", "begins"),
    [
        (UNIT, _scanned(Wristband(MINE)), "scan-of-a-wristband", "This is the band of a patient"),
        (BAND, _scanned(UnitLabel(MINE, "U1")), "scan-of-a-unit", "This is the label of a unit"),
    ],
)
def test_band_and_bag_are_not_taken_for_each_other(
    field: TypeAdapter[str], text: str, code: str, begins: str
):
    with pytest.raises(ValidationError) as refused:
        field.validate_python(text)
    (error,) = refused.value.errors()
    said = error["ctx"]
    assert said["code"] == code
    assert said["message"].startswith(begins)
    assert said["message"].endswith(".")
    assert said["remedy"].startswith("Scan the ")
    assert said["remedy"].endswith(".")
    assert MINE not in str(error["msg"])
