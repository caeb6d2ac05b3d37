"""A donation number is what the label says, or refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atmpflow.codes.isbt128 import Din, check, check_character, is_number, parse, written
from atmpflow.errors import Refused
from tests.wording import code_of

from .vectors import vectors

NUMBERS = st.from_regex(r"\A[A-NP-Z1-9][A-NP-Z0-9]{2}[0-9]{10}\Z", fullmatch=True)


def _code(text: str) -> str:
    with pytest.raises(Refused) as refused:
        check(text, "unit")
    assert refused.value.field == "unit"
    return code_of(refused.value)


def test_published_numbers_have_their_published_check_character():
    for vector in vectors("isbt128-sec-vectors.json")["din_check_character"]:
        number = vector["din"]
        assert check_character(number) == vector["keyboard_check_K"]
        assert check(number + vector["keyboard_check_K"], "unit") == number
        if "barcode" in vector:
            assert parse(vector["barcode"], "unit").number == number
        if "type3_flag" in vector:
            assert parse(f"={number}{vector['type3_flag']}", "unit").number == number
            others = {str(flag) for flag in range(60, 97)} - {vector["type3_flag"]}
            assert {_code(f"={number}{flag}") for flag in others} == {"din-check-character"}


def test_published_numbers_are_taken_apart():
    for vector in vectors("isbt128-sec-vectors.json")["din_structure"]:
        din = parse(vector.get("barcode") or vector["din"], "unit")
        expected = (vector["fin"], vector["year"], vector["sequence"], vector.get("flags", ""))
        assert (din.facility, din.year, din.sequence, din.flags) == expected


def test_published_wrong_labels_are_refused():
    for vector in vectors("isbt128-sec-vectors.json")["negative"]:
        wrong_flags = vector["why"].startswith("type-3 flag")
        expected = "din-check-character" if wrong_flags else "din-format"
        assert _code(vector["barcode"]) == expected


def test_other_structures_of_a_label_are_not_donation_numbers():
    for vector in vectors("isbt128-sec-vectors.json")["compound_messages"]:
        assert _code(vector["barcode"]) == "din-format"


@pytest.mark.parametrize(
    "text", ["G1234 17 654321 70 A", "g123417654321a", "G123417654321", "=G12341765432170"]
)
def test_a_number_is_read_as_typed_or_as_scanned(text: str):
    assert check(text, "unit") == "G123417654321"


def test_a_typed_number_has_no_flags_unless_it_says_so():
    assert parse("G123417654321A", "unit").flags == ""
    assert parse("G1234 17 654321 70 A", "unit").flags == "70"


@pytest.mark.parametrize("text", ["", "G1234", "=G1234176543217", "G12341765432!A"])
def test_another_form_is_refused(text: str):
    assert _code(text) == "din-format"


def test_flags_that_carry_the_check_value_must_agree():
    assert _code("=G12341765432171") == "din-check-character"
    assert parse("=G12341765432100", "unit").flags == "00"


def test_a_number_written_for_the_eye_is_read_back():
    assert written("G123417654321") == "G1234 17 654321 A"
    assert check(written("G123417654321"), "unit") == "G123417654321"


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("G123417654321", True),
        ("1ZZ9917654321", True),
        ("G12341765432", False),
        ("G1234176543211", False),
        ("O123417654321", False),
        ("0123417654321", False),
        ("GO23417654321", False),
        ("G12A417654321", False),
        ("g123417654321", False),
        ("=G123417654321", False),
        ("", False),
    ],
)
def test_a_number_by_itself_is_thirteen_characters_of_the_form(text: str, *, right: bool):
    assert is_number(text) is right


def test_the_barcode_of_a_number_is_read_back():
    assert parse(Din("A9999", "17", "123456").barcode, "unit").number == "A999917123456"


@given(number=NUMBERS, at=st.integers(5, 12), other=st.sampled_from("0123456789"))
def test_every_single_wrong_digit_is_caught_by_the_check_character(
    number: str, at: int, other: str
):
    if number[at] == other:
        return
    wrong = number[:at] + other + number[at + 1 :] + check_character(number)
    assert _code(wrong) == "din-check-character"


@given(number=NUMBERS, at=st.integers(3, 11))
def test_every_swap_of_neighbouring_digits_is_caught(number: str, at: int):
    if number[at] == number[at + 1]:
        return
    swapped = number[:at] + number[at + 1] + number[at] + number[at + 2 :]
    assert _code(swapped + check_character(number)) == "din-check-character"
