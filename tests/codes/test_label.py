"""A scan of our own label is that unit of that journey, or refused; never another's."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from atmpflow.codes.coi import make
from atmpflow.codes.elements import Element, bracketed, value_of, written
from atmpflow.codes.label import UnitLabel, Wristband, read, unit_elements, wristband_elements
from atmpflow.codes.reading import identify
from atmpflow.codes.scan import ScannedCoi, ScannedUnit, ScannedWristband
from atmpflow.errors import Refused
from atmpflow.events.collection import Scanned

from .outcomes import refusal

UNIT = TypeAdapter(ScannedUnit).validate_python
COI = TypeAdapter(ScannedCoi).validate_python
BAND = TypeAdapter(ScannedWristband).validate_python

COIS = st.binary(min_size=8, max_size=16).map(make)
UNITS = st.from_regex(r"\A[A-Z0-9][A-Z0-9./()%-]{0,18}\Z", fullmatch=True)
LABELS = st.builds(UnitLabel, COIS, UNITS, st.integers(1, 9999))
PREFIXES = st.none() | st.from_regex(r"\A[0-9]{4,11}\Z", fullmatch=True)
MINE, THEIRS = make(b"one-journey"), make(b"another-journey")


def _sent(label: UnitLabel, prefix: str | None = None) -> list[str]:
    """The same symbol as scanners send it, set up in each of the usual ways."""
    text = written(unit_elements(label, prefix=prefix))
    return [text, text[1:], "]d2" + text[1:], "]d2" + text[1:] + "\r\n", "]Q3" + text[1:]]


@given(LABELS, PREFIXES)
def test_each_field_keeps_its_own_identifier_of_a_scanned_label(
    label: UnitLabel, prefix: str | None
):
    elements = unit_elements(label, prefix=prefix)
    for text in (*_sent(label, prefix), bracketed(elements)):
        assert identify(text) == label
        assert UNIT(text) == label.unit
        assert COI(text) == label.coi


@given(LABELS, st.data())
def test_one_changed_character_never_gives_another_journey_or_a_crash(
    label: UnitLabel, data: st.DataObject
):
    text = _sent(label)[2]
    at = data.draw(st.integers(3, len(text) - 1))
    wrong = data.draw(st.sampled_from("0189ABCXYZ-(\x1d \u00e9"))
    try:
        read_as = COI(text[:at] + wrong + text[at + 1 :])
    except ValidationError:
        return
    try:
        assert identify(read_as).coi == label.coi  # type: ignore[union-attr]
    except Refused:
        assert read_as != label.coi


def test_the_scan_of_a_bag_is_no_scan_of_the_patient():
    bag = _sent(UnitLabel(MINE, "U1"))[2]
    band = "]d2" + written(wristband_elements(Wristband(MINE)))[1:]
    assert BAND(band) == COI(band) == MINE
    with pytest.raises(ValidationError, match="scan-of-a-unit"):
        BAND(bag)
    with pytest.raises(ValidationError, match="scan-of-a-wristband"):
        UNIT(band)


def test_a_label_of_another_maker_stays_what_it_is():
    theirs = "]d2010952012345678821U1"
    assert UNIT(theirs) == "(01)09520123456788(21)U1"
    assert COI(theirs) == "(01)09520123456788(21)U1"
    # 91 and 92 are for any company's own use.
    assert UNIT("]d291THEIRS\x1d92U1") == "(91)THEIRS(92)U1"


@pytest.mark.parametrize(
    ("elements", "code"),
    [
        ((("92", "U1"), ("93", "1")), ""),
        ((("91", MINE.lower()), ("92", "U1"), ("93", "1")), ""),
        ((("91", MINE), ("92", "U1")), "label-unreadable"),
        ((("91", MINE), ("92", "U1"), ("93", "0")), "label-unreadable"),
        ((("91", MINE), ("92", "U1"), ("93", "1"), ("94", "PATIENT")), "label-unreadable"),
        ((("91", MINE), ("94", "UNIT")), "label-unreadable"),
        ((("91", MINE.replace("-", "")), ("92", "U1"), ("93", "1")), ""),
        ((("91", MINE[:-1] + "*"), ("92", "U1"), ("93", "1")), "coi-format"),
        ((("91", MINE[:4] + "Z" * 4 + MINE[8:]), ("92", "U1"), ("93", "1")), "coi-check-character"),
    ],
)
def test_half_a_label_is_none_of_ours_or_refused(elements: tuple[tuple[str, str], ...], code: str):
    label = tuple(Element(*one) for one in elements)
    assert refusal(read, label, "scan") == code
    if code:
        with pytest.raises(ValidationError, match=code):
            UNIT("]d2" + written(label)[1:])
    else:
        assert read(label, "scan") is None
        assert UNIT("]d2" + written(label)[1:]) == bracketed(label)


def test_two_units_in_one_scan_are_refused():
    text = _sent(UnitLabel(MINE, "U1"))[0] + "\x1d92U2"
    with pytest.raises(ValidationError, match="gs1-contradiction"):
        UNIT(text)


def test_a_unit_whose_symbol_names_another_journey_is_not_taken_for_the_unit():
    mine, theirs = _sent(UnitLabel(MINE, "U1"))[2], _sent(UnitLabel(THEIRS, "U1"))[2]
    right = Scanned.model_validate({"scanned_unit": mine, "scanned_coi": MINE})
    wrong = Scanned.model_validate({"scanned_unit": theirs, "scanned_coi": MINE})
    whole = Scanned.model_validate({"scanned_unit": theirs, "scanned_coi": theirs})
    assert (right.scanned_unit, right.scanned_coi) == ("U1", MINE)
    assert (wrong.scanned_unit, wrong.scanned_coi) == (f"U1 of {THEIRS}", MINE)
    assert (whole.scanned_unit, whole.scanned_coi) == ("U1", THEIRS)
    assert Scanned.model_validate(wrong.model_dump()) == wrong


def test_values_that_were_recorded_before_read_the_same_again():
    for text in (
        "U1",
        "G151726000123",
        MINE,
        "B-1/2",
        "(01)09520123456788(21)U1",
        "SIM-EBV-001-U1",
    ):
        assert UNIT(UNIT(text)) == UNIT(text) == text
        assert COI(COI(text)) == COI(text) == text


def test_a_scanned_isbt_label_is_its_donation_unless_the_donation_was_divided():
    assert UNIT("]C0=G15172600012300") == UNIT("=G15172600012300") == "G151726000123"
    whole = "=+02000=G15172600012300=<S1128V00"
    assert UNIT(whole.replace("S1128V00", "S1128100")) == "G151726000123"
    divided = "=+02000=G15172600012300=<S11281A0"
    assert UNIT(divided) == divided


@pytest.mark.parametrize("unit", ["U 1", "Ü1", "A" * 91, "", "U\x1d1"])
def test_a_unit_number_that_no_scanner_could_send_gets_no_label(unit: str):
    with pytest.raises(Refused) as refused:
        unit_elements(UnitLabel(MINE, unit))
    assert refused.value.code == "label-unit"


def test_the_unit_is_a_thing_of_the_company_where_a_prefix_is_set():
    elements = unit_elements(UnitLabel(MINE, "U1"), prefix="5012345")
    assert value_of(elements, "8004") == "5012345U1"
    with pytest.raises(Refused, match="at most 30"):
        unit_elements(UnitLabel(MINE, "U" * 30), prefix="5012345")


def test_a_replaced_label_says_so():
    first = UnitLabel(MINE, "U1")
    assert identify(_sent(replace(first, version=2))[0]) == UnitLabel(MINE, "U1", 2)
