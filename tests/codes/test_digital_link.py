"""Digital Links are read and made as GS1's own engine does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atmpflow.codes.digital_link import CANONICAL, make, parse
from atmpflow.codes.elements import parse_bracketed, written
from atmpflow.errors import Refused

from .gs1_vectors import cases, sent, strictly_wrong
from .outcomes import refusal
from .test_elements import LABELS


def _refused(uri: str, *, lenient: bool) -> bool:
    return refusal(parse, uri, "scan", lenient=lenient) != ""


def test_published_links_give_their_published_elements():
    right = [case for case in cases("digital_link_to_ai") if case["valid"]]
    assert len(right) > 60
    for case in right:
        assert written(parse(case["uri"], "scan", lenient=True)) == sent(case["ai"])


def test_published_wrong_links_are_refused_however_lenient():
    only_strictly = strictly_wrong("digital_link_to_ai", "uri")
    for case in cases("digital_link_to_ai"):
        if not case["valid"] and case["uri"] not in only_strictly:
            assert _refused(case["uri"], lenient=True)
            assert _refused(case["uri"], lenient=False)


def test_what_only_older_links_had_is_refused_unless_asked_for():
    old = strictly_wrong("digital_link_to_ai", "uri")
    assert len(old) > 4
    for uri in old:
        assert _refused(uri, lenient=False)
        assert not _refused(uri, lenient=True)


def test_published_elements_give_their_published_link():
    only_strictly = strictly_wrong("ai_to_digital_link", "ai")
    for case in cases("ai_to_digital_link"):
        lenient = case["ai"] in only_strictly and case["valid"]
        stem = case["stem"] or CANONICAL
        if case["valid"]:
            elements = parse_bracketed(case["ai"], "", lenient=lenient)
            assert make(elements, stem=stem, lenient=lenient) == case["uri"]
        else:
            with pytest.raises(Refused):
                make(parse_bracketed(case["ai"], ""), stem=stem)


def test_two_readings_of_a_semicolon_are_refused():
    assert _refused("https://a/01/12312312312333?99=A;98=B", lenient=True)


@given(LABELS)
def test_what_is_made_is_read_back(label: tuple):
    assert parse(make(label), "scan") == label


@given(st.text(max_size=40), st.text("/?&=%;0123456789gtin", max_size=40))
def test_no_address_is_anything_but_read_or_refused(text: str, path: str):
    for uri in (text, f"https://a/{text}", f"https://a/01/{path}", f"https://a/{path}"):
        for lenient in (False, True):
            _refused(uri, lenient=lenient)
