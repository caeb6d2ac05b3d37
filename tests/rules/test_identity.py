"""A scan is this journey's only when every character is; one wrong identifier is enough to stop."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from atmpflow.codes.coi import ALPHABET, make
from atmpflow.codes.scan import read_coi, read_unit
from atmpflow.rules.identity import judge_bedside, judge_label
from tests.wording import against

COI, OTHER = make(b"one-journey"), make(b"another-journey")
UNITS = ("G151721000001", "G151721000002")


def _codes(patient: str, coi: str, unit: str) -> list[str]:
    verdict = judge_bedside(
        scanned_patient=read_coi(patient),
        scanned_coi=read_coi(coi),
        scanned_unit=read_unit(unit),
        coi=COI,
        units=UNITS,
    )
    return against(verdict)


@pytest.mark.parametrize(
    ("patient", "coi", "unit", "codes"),
    [
        (COI, COI, UNITS[0], []),
        (COI.lower(), COI.replace("-", ""), UNITS[1], []),
        (OTHER, COI, UNITS[0], ["patient-mismatch"]),
        (COI, OTHER, UNITS[0], ["coi-mismatch"]),
        (COI, COI, "G151721000003", ["unit-mismatch"]),
        (COI, COI, COI, ["unit-mismatch"]),
        (OTHER, OTHER, "", ["patient-mismatch", "coi-mismatch", "unit-mismatch"]),
    ],
)
def test_each_identifier_that_differs_is_named(patient: str, coi: str, unit: str, codes: list[str]):
    assert _codes(patient, coi, unit) == codes


CHARACTERS = ALPHABET + "ILOU=-* "


@given(place=st.integers(0, len(COI) - 1), wrong=st.sampled_from(CHARACTERS))
def test_a_wrong_character_on_wristband_or_label_is_refused(place: int, wrong: str):
    scanned = COI[:place] + wrong + COI[place + 1 :]
    # The same id however it is written: hyphens left out, O for 0, I and L for 1.
    assume(read_coi(scanned) != COI)
    assert _codes(scanned, COI, UNITS[0]) == ["patient-mismatch"]
    assert _codes(COI, scanned, UNITS[0]) == ["coi-mismatch"]


@given(place=st.integers(0, len(UNITS[0]) - 1), wrong=st.sampled_from(CHARACTERS))
def test_a_wrong_character_in_a_unit_number_is_refused(place: int, wrong: str):
    scanned = UNITS[0][:place] + wrong + UNITS[0][place + 1 :]
    assume(scanned not in UNITS)
    assert _codes(COI, COI, scanned) == ["unit-mismatch"]


@given(st.text(max_size=30))
def test_no_text_but_the_id_itself_passes_as_a_wristband(text: str):
    assume(read_coi(text) != COI)
    assert "patient-mismatch" in _codes(text, COI, UNITS[0])


def test_without_units_nothing_is_right():
    judged = judge_label(scanned_coi=COI, scanned_unit=UNITS[0], coi=COI, units=())
    assert against(judged) == ["unit-mismatch"]


def test_a_refusal_never_repeats_what_was_scanned():
    judged = judge_label(scanned_coi=OTHER, scanned_unit="X", coi=COI, units=UNITS)
    assert all(OTHER not in reason.found and COI not in reason.found for reason in judged.against)
