"""Stock fits a patient with two shared alleles, one of them restricting."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atmpflow.rules.matching import judge_match
from tests.wording import against

PATIENT = ("A*02:01", "B*07:02", "C*07:02")
ALLELES = st.lists(st.sampled_from((*PATIENT, "A*24:02", "B*35:01", "C*04:01")), unique=True)


@pytest.mark.parametrize(
    ("unit", "restricting", "codes"),
    [
        (("A*02:01", "B*07:02"), ("A*02:01",), []),
        (("A*02:01", "B*35:01"), ("A*02:01",), ["hla-mismatch"]),
        (("A*02:01", "B*07:02"), ("C*07:02",), ["hla-restriction"]),
        (("A*24:02",), ("A*24:02",), ["hla-mismatch", "hla-restriction"]),
        ((), (), ["hla-mismatch", "hla-restriction"]),
        (("A*02:01", "A*02:01"), ("A*02:01",), ["hla-mismatch"]),
    ],
)
def test_each_reason_against_a_unit_is_named(
    unit: tuple[str, ...], restricting: tuple[str, ...], codes: list[str]
):
    judged = judge_match(PATIENT, unit, restricting)
    assert against(judged) == codes


@given(patient=ALLELES, unit=ALLELES, restricting=ALLELES)
def test_a_patient_without_an_allele_never_matches_better(
    patient: list[str], unit: list[str], restricting: list[str]
):
    if not judge_match(patient, unit, restricting).allowed:
        assert not judge_match(patient[1:], unit, restricting).allowed
        assert not judge_match(patient, unit[1:], restricting).allowed
        assert not judge_match(patient, unit, restricting[1:]).allowed


def test_a_mismatch_says_how_many_alleles_are_shared():
    shared, restriction = judge_match(PATIENT, PATIENT[:1], ()).against
    assert shared.found == "1 alleles shared"
    assert "Ebvallo" in shared.source
    assert restriction.source == shared.source


def test_a_patient_who_was_not_typed_matches_nothing():
    assert not judge_match((), PATIENT, PATIENT).allowed
