"""GS1 keys hold their check digit and length."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atmpflow.codes.gs1 import (
    LENGTHS,
    check,
    check_digit,
    gln,
    gsrn,
    gtin,
    make,
    make_giai,
    make_sscc,
    sscc,
)
from atmpflow.errors import Refused

from .vectors import vectors

OF_KEY = {"00": "sscc", "01": "gtin", "414": "gln", "8018": "gsrn"}


def _code(text: str, key: str) -> str:
    with pytest.raises(Refused) as refused:
        check(text, "shipper", key=key)
    assert refused.value.field == "shipper"
    return refused.value.code


def _keys_in(bracketed: str) -> list[tuple[str, str]]:
    found = re.findall(r"\((\d+)\)([^(]*)", bracketed)
    return [(OF_KEY[identifier], value) for identifier, value in found if identifier in OF_KEY]


def test_keys_in_published_element_strings_are_right():
    rows = vectors("gs1-ai-digital-link-vectors.json")["bracketed_ai_to_element_string"]
    keys = [pair for row in rows if row["valid"] for pair in _keys_in(row["bracketed"])]
    assert keys
    for key, value in keys:
        assert check(value, "k", key=key) == value


def test_keys_in_published_digital_links_are_right():
    rows = vectors("gs1-ai-digital-link-vectors.json")["ai_to_digital_link"]
    keys = [pair for row in rows if row["valid"] for pair in _keys_in(row["ai"])]
    assert keys
    for key, value in keys:
        assert check(value, "k", key=key) == value


def test_each_key_has_its_own_reader():
    assert gtin("12312312312333", "k") == "12312312312333"
    assert sscc("0 0614141 123456789 0", "k") == "006141411234567890"
    assert gln("9506000117843", "k") == "9506000117843"
    assert gsrn("950600011111111112", "k") == "950600011111111112"


@pytest.mark.parametrize("key", LENGTHS)
@pytest.mark.parametrize(
    "text", ["", "1", "12345678901234567890", "ABCDEFGHIJKLM", "９５０６０００１"]
)
def test_another_length_or_script_is_refused(key: str, text: str):
    assert _code(text, key) == "gs1-format"


@given(st.text("0123456789", min_size=17, max_size=17), st.integers(0, 17), st.integers(1, 9))
def test_every_single_wrong_digit_is_caught(digits: str, at: int, shift: int):
    right = digits + check_digit(digits)
    wrong = right[:at] + str((int(right[at]) + shift) % 10) + right[at + 1 :]
    assert check(right, "k", key="sscc") == right
    assert _code(wrong, "sscc") == "gs1-check-digit"


@given(st.from_regex(r"\A[0-9]{4,11}\Z", fullmatch=True), st.integers(0, 9))
def test_keys_made_below_a_company_prefix_are_right(prefix: str, number: int):
    made = {key: make(prefix, number, key=key) for key in ("gln", "gsrn")}
    for key, digits in made.items():
        assert check(digits, "k", key=key).startswith(prefix)
    assert sscc(make_sscc(prefix, number, extension=3), "k").startswith("3" + prefix)
    assert make_giai(prefix, "BAG-1") == prefix + "BAG-1"


def test_two_numbers_never_make_the_same_key():
    assert len({make_sscc("5012345", number) for number in range(500)}) == 500


@pytest.mark.parametrize("prefix", ["", "123", "1234567890123", "12A4", "１２３４"])
def test_a_company_prefix_has_four_to_twelve_digits(prefix: str):
    with pytest.raises(Refused) as refused:
        make_sscc(prefix, 1)
    assert refused.value.code == "gs1-company-prefix"


@pytest.mark.parametrize("number", [-1, 1000])
def test_a_number_too_long_for_the_prefix_is_refused(number: int):
    with pytest.raises(Refused) as refused:
        make("501234567", number, key="gln")
    assert refused.value.code == "gs1-number"


@pytest.mark.parametrize("reference", ["", "A B", "A" * 24])
def test_a_reference_that_no_symbol_holds_is_refused(reference: str):
    with pytest.raises(Refused) as refused:
        make_giai("5012345", reference)
    assert refused.value.code == "gs1-reference"
