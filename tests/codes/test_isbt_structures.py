"""ISBT 128 data structures, alone and in messages, are read or refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atmpflow.codes.isbt_structures import check_value, is_basic_udi, parse, value_of
from atmpflow.errors import Refused

from .outcomes import refusal
from .vectors import vectors


def _code(text: str) -> str:
    with pytest.raises(Refused) as refused:
        parse(text, "bag")
    assert refused.value.field == "bag"
    return refused.value.code


def test_published_messages_are_taken_apart():
    for vector in vectors("isbt128-sec-vectors.json")["compound_messages"]:
        found = parse(vector["barcode"], "bag")
        numbers = [one.number for one in found]
        assert numbers[0] == "023"
        assert len(numbers) == vector.get("structures_count", len(numbers))
        assert sorted(vector.get("structures", numbers)) == sorted(numbers)
        ends = [one.local for one in found if one.number in ("004", "005")]
        assert ends == [vector.get("expiry", ends[0])]
        if "mpho_lot" in vector:
            assert value_of(found, "036") == vector["mpho_lot"]


def test_published_wrong_labels_are_refused():
    for vector in vectors("isbt128-sec-vectors.json")["negative"]:
        assert _code(vector["barcode"]).startswith(("isbt-", "din-"))


def test_published_basic_udi_carry_their_check_digits():
    for vector in vectors("isbt128-sec-vectors.json")["basic_udi_di"]:
        assert is_basic_udi(vector["full"]) is vector.get("valid", True)
    assert not is_basic_udi("A9990ABC123T04800")


def test_a_chain_of_identity_structure_is_read():
    assert parse("&/CHA999917ABC123", "bag")[0].value == "A999917ABC123"
    assert _code("&/CHO999917ABC123") == "isbt-structure"


@given(st.from_regex(r"\A[1-9][0-9]{3}[0-9A-Z]{13}\Z", fullmatch=True), st.integers(0, 36))
def test_only_right_check_digits_of_a_donors_registration_pass(body: str, digits: int):
    right = check_value(body)
    assert parse(f"&:{body}{right:02d}", "bag")[0].number == "039"
    if digits != right:
        assert _code(f"&:{body}{digits:02d}") == "isbt-check"


@pytest.mark.parametrize("text", ["=>019000", "=>019366", "&>0193652400", "&>0193651260"])
def test_a_day_or_time_that_never_was_is_refused(text: str):
    assert _code(text) == "isbt-date"


@pytest.mark.parametrize(
    ("text", "local"), [("=>020366", "2020-12-31"), ("=*999365", "1999-12-31")]
)
def test_days_of_the_year_are_counted_in_their_century(text: str, local: str):
    assert parse(text, "bag")[0].local == local


def test_structures_in_a_row_without_a_message_are_refused():
    assert _code("=A99991712345600=>019031") == "isbt-count"


def test_a_wrong_code_inside_a_message_is_refused():
    assert _code("=+01000&,4PL001499Z549917123456C00T041600320181231") == "sec-coding-system"
    assert _code("=+01000=G12341765432171") == "din-check-character"


@given(st.text(max_size=40) | st.text("=&+,></*%}:0123456789ACGT", max_size=60))
def test_no_text_is_anything_but_read_or_refused(text: str):
    code = refusal(parse, text, "bag")
    assert not code or code.startswith(("isbt-", "din-", "sec-"))
