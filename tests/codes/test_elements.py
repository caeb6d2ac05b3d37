"""Element strings are read as GS1 reads them, or refused; nothing is read as something else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atmpflow.codes.elements import (
    SEPARATOR,
    Element,
    bracketed,
    checked,
    parse,
    parse_bracketed,
    value_of,
    written,
)
from atmpflow.codes.gs1 import check_digit
from atmpflow.codes.gs1_identifiers import identifiers
from atmpflow.errors import Refused

from .gs1_vectors import cases, sent
from .outcomes import refusal

CODES = ("gs1-empty", "gs1-brackets", "gs1-identifier-unknown", "gs1-element")

TEXT = st.text("ABCabc019-./()%&*", min_size=1, max_size=20)
GTIN = st.text("0123456789", min_size=13, max_size=13).map(lambda body: body + check_digit(body))
LABELS = st.builds(
    lambda gtin, lot, serial: (Element("01", gtin), Element("10", lot), Element("21", serial)),
    GTIN.filter(lambda gtin: gtin[1:5].isdigit()),
    TEXT,
    TEXT,
)


def _code(text: str) -> str:
    with pytest.raises(Refused) as refused:
        parse(text, "label")
    assert refused.value.field == "label"
    return refused.value.code


def test_published_brackets_are_read_and_written_as_published():
    for case in cases("bracketed_ai_to_element_string"):
        if case["valid"] and case["bracketed"]:
            found = parse_bracketed(case["bracketed"], "label")
            assert written(found) == sent(case["element_string"])
            assert bracketed(found) == case["bracketed"]
            assert parse(sent(case["element_string"]), "label") == found


def test_published_wrong_brackets_are_refused():
    for case in cases("bracketed_ai_to_element_string"):
        if not case["valid"]:
            with pytest.raises(Refused):
                parse_bracketed(case["bracketed"], "label")


def test_published_element_strings_get_their_published_verdict():
    """Nothing at all is right to the engine where nothing was given, and never a label."""
    judged = [case for case in cases("element_string_validity") if case["element_string"]]
    assert len(judged) > 70
    for case in judged:
        text = case["element_string"]
        if case["valid"]:
            assert written(parse(sent(text), "label")).startswith(sent(text).rstrip(SEPARATOR)[:4])
        elif text.startswith("^"):
            _code(sent(text))


@pytest.mark.parametrize("text", ["", SEPARATOR, SEPARATOR * 2])
def test_nothing_is_refused(text: str):
    assert _code(text) in ("gs1-empty", "gs1-identifier-unknown")


def test_the_table_knows_each_identifier_of_gs1():
    assert len(identifiers()) == 541
    assert {"00", "01", "17", "21", "414", "8004", "8008", "8018"} <= set(identifiers())
    assert not identifiers()["10"].fixed
    assert identifiers()["17"].fixed


@pytest.mark.parametrize(
    ("ai", "value"),
    [
        ("17", "260301"), ("17", "260300"), ("7003", "2603012359"), ("8008", "26030112"),
        ("8008", "260301123059"), ("4331", "000250-"), ("8004", "5012345UNIT-1"), ("7252", "1"),
        ("00", "006141411234567890"), ("11", "240229"),
    ],
)  # fmt: skip
def test_values_of_the_right_form_are_taken(ai: str, value: str):
    assert checked(ai, value, "label") == Element(ai, value)


@pytest.mark.parametrize(
    ("ai", "value", "says"),
    [
        ("17", "261301", "not a date"), ("7003", "2603002359", "not a date"),
        ("11", "230229", "not a date"), ("7003", "2603012460", "not a time"),
        ("8008", "26030124", "not an hour"), ("8008", "2603011260", "not a minute"),
        ("00", "006141411234567891", "check digit"), ("8006", "123456789012310502", "piece"),
        ("8004", "A12345", "company prefix"), ("21", "A" * 21, "too long"), ("01", "123", "short"),
        ("10", "A B", "character"), ("10", "A^B", "character"),
    ],
)  # fmt: skip
def test_a_wrong_value_is_refused_with_what_is_wrong_and_not_repeated(
    ai: str, value: str, says: str
):
    with pytest.raises(Refused, match=says) as refused:
        checked(ai, value, "label")
    assert refused.value.code == "gs1-element"
    assert value not in str(refused.value)


@given(LABELS)
def test_what_is_written_is_read_back(label: tuple[Element, ...]):
    assert parse(written(label), "label") == label
    assert parse_bracketed(bracketed(label), "label") == label
    assert value_of(label, "99", "21") == label[2].value


@given(st.text(max_size=60) | st.text("()0123456789ABC\\\x1d", max_size=60))
def test_no_text_is_anything_but_read_or_refused(text: str):
    for read in (parse, parse_bracketed):
        assert refusal(read, text, "label") in ("", *CODES)


@given(LABELS, st.integers(0, 13), st.integers(1, 9))
def test_every_wrong_digit_of_a_key_is_caught(label: tuple[Element, ...], at: int, shift: int):
    text = list(written(label))
    place = 3 + at  # behind the separator and (01)
    text[place] = str((int(text[place]) + shift) % 10)
    assert _code("".join(text)) == "gs1-element"
