"""A patient number is right, or refused without being repeated."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atmpflow.codes.nhs_number import check, issuer, stands_in, written
from atmpflow.errors import Refused
from tests.wording import code_of

from .vectors import vectors

NINE = st.text("0123456789", min_size=9, max_size=9)


def _code(text: str) -> str:
    with pytest.raises(Refused) as refused:
        check(text, "patient.nhs_number")
    assert refused.value.field == "patient.nhs_number"
    assert not text.strip() or text.strip() not in str(refused.value)
    return code_of(refused.value)


def _with_check_digit(nine: str) -> str | None:
    remainder = 11 - sum(int(d) * w for d, w in zip(nine, range(10, 1, -1), strict=True)) % 11
    return None if remainder == 10 else nine + str(remainder % 11)


def test_published_numbers_get_their_published_verdict():
    for vector in vectors("nhs-number-vectors.json")["vectors"]:
        if vector["valid"]:
            assert check(vector["value"], "n") == vector["value"]
        else:
            assert _code(vector["value"]) == "nhs-number-check-digit"


def test_published_spellings_are_read_or_refused():
    for vector in vectors("nhs-number-vectors.json")["format_vectors"]:
        if vector["normalised"]:
            assert check(vector["in"], "n") == vector["normalised"]
        else:
            assert _code(vector["in"]) == "nhs-number-format"


@pytest.mark.parametrize("text", ["9434765870", "943 476 5870", "943-476-5870", " 9434765870\n"])
def test_spaces_and_hyphens_are_normalised(text: str):
    assert check(text, "n") == "9434765870"


def test_a_wrong_check_digit_is_refused_and_names_the_field():
    assert _code("9434765871") == "nhs-number-check-digit"


@pytest.mark.parametrize("text", ["", "943476587", "94347658700", "94347 65870", "٩٤٣٤٧٦٥٨٧٠"])
def test_another_form_is_refused(text: str):
    assert _code(text) == "nhs-number-format"


@given(nine=NINE)
def test_exactly_one_check_digit_is_right_unless_the_modulus_leaves_ten(nine: str):
    right = [digit for digit in "0123456789" if _passes(nine + digit)]
    expected = _with_check_digit(nine)
    assert right == ([] if expected is None else [expected[-1]])


@given(nine=NINE, at=st.integers(0, 9), other=st.sampled_from("0123456789"))
def test_every_single_wrong_digit_is_caught(nine: str, at: int, other: str):
    number = _with_check_digit(nine)
    if number is None or number[at] == other:
        return
    assert not _passes(number[:at] + other + number[at + 1 :])


@given(nine=NINE, at=st.integers(0, 8))
def test_every_swap_of_neighbours_is_caught(nine: str, at: int):
    number = _with_check_digit(nine)
    if number is None or number[at] == number[at + 1]:
        return
    assert not _passes(number[:at] + number[at + 1] + number[at] + number[at + 2 :])


def _passes(number: str) -> bool:
    try:
        return check(number, "n") == number
    except Refused:
        return False


@pytest.mark.parametrize(
    ("number", "by"),
    [
        ("0607230002", "scotland"),
        ("3200000101", "northern-ireland"),
        ("4000000632", "england-wales-iom"),
        ("3112990000", "scotland"),
        ("2902161000", "scotland"),
        ("2902001000", "scotland"),  # 1900 had no 29 February, 2000 had
        ("3200000009", None),
        ("3200000010", "northern-ireland"),
        ("3999999999", "northern-ireland"),
        ("4000000000", "england-wales-iom"),
        ("4999999999", "england-wales-iom"),
        ("5000000000", None),
        ("5999999999", None),
        ("6000000000", "england-wales-iom"),
        ("7088000019", "england-wales-iom"),
        ("7088000020", None),
        ("7000000003", "england-wales-iom"),
        ("9990000018", None),
        ("9876543210", None),
        ("2902010000", None),  # 29 February of a year that had none
    ],
)
def test_the_range_tells_who_issues_a_number(number: str, by: str | None):
    assert issuer(number) == by


def test_a_number_is_written_as_people_write_it():
    assert written("9434765870") == "943 476 5870"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("9990000018", True),
        ("999 000 0018", True),
        ("REF-999-000-0018/2", True),
        ("9990000019", False),
        ("19990000018", False),
        ("99900000180", False),
        ("999000001", False),
        ("UBRN 0000 4911 2345", False),
        ("", False),
    ],
)
def test_a_number_is_found_within_a_text(text: str, *, found: bool) -> None:
    assert stands_in(text) == found
