"""Every kind of code is told apart, and what is none is refused by name."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from atmpflow.codes.coi import make
from atmpflow.codes.elements import Element
from atmpflow.codes.isbt128 import Din
from atmpflow.codes.reading import LONGEST, BareKey, Coi, Gs1, Isbt, identify
from atmpflow.codes.sec import SingleEuropeanCode
from atmpflow.errors import Refused

from .outcomes import refusal
from .vectors import vectors

COI = make(b"one-journey")
GOODS = (Element("01", "09520123456788"), Element("21", "A1"))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (COI, Coi(COI)),
        (f" {COI.lower()}\r\n", Coi(COI)),
        (f"]d1{COI}", Coi(COI)),
        ("]d2010952012345678821A1", Gs1(GOODS)),
        ("]C1010952012345678821A1", Gs1(GOODS)),
        ("\x1d010952012345678821A1", Gs1(GOODS)),
        ("(01)09520123456788(21)A1", Gs1(GOODS)),
        ("https://id.gs1.org/01/09520123456788/21/A1", Gs1(GOODS)),
        ("]Q1HTTPS://example.com/x/01/09520123456788/21/A1", Gs1(GOODS)),
        ("]E09520123456788", Gs1(GOODS[:1])),
        ("=G12341765432100", Din("G1234", "17", "654321", "00")),
        ("]C0=G12341765432100", Din("G1234", "17", "654321", "00")),
        ("G1234 17 654321 A", Din("G1234", "17", "654321")),
        ("006141411234567890", BareKey("006141411234567890", ("sscc", "gsrn"))),
        ("9506000117843", BareKey("9506000117843", ("gtin", "gln"))),
    ],
)
def test_each_code_is_told_by_its_form(text: str, found: object):
    assert identify(text) == found


def test_published_single_european_codes_are_told_with_and_without_their_prefix():
    for one in vectors("isbt128-sec-vectors.json")["single_european_code"]["examples"]:
        for text in (one["text"], one["text"].removeprefix("SEC: "), one["text"].replace(" ", "")):
            assert isinstance(identify(text), SingleEuropeanCode)


def test_published_isbt_messages_are_told():
    for one in vectors("isbt128-sec-vectors.json")["compound_messages"]:
        assert isinstance(identify(one["barcode"]), Isbt)
        assert isinstance(identify("]d1" + one["barcode"]), Isbt)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "scan-empty"),
        (" \r\n", "scan-empty"),
        ("A" * (LONGEST + 1), "scan-too-long"),
        ("GARBAGE", "scan-unknown"),
        ("123", "scan-unknown"),
        ("010952012345678821A1", "scan-unknown"),
        ("9434765870", "scan-of-a-patient"),
        ("006141411234567891", "gs1-check-digit"),
        (COI[:-1] + ("0" if COI[-1] != "0" else "1"), "coi-check-character"),
        ("G123417654321B", "din-check-character"),
        ("]d2", "gs1-empty"),
        ("]z9X", "symbology-unknown"),
        ("]d2010952012345678821A1\x1d21A2", "gs1-contradiction"),
        ("https://example.com/about", "digital-link"),
        ("=zINVALID_DI_TEST", "isbt-structure"),
    ],
)
def test_what_is_wrong_is_named_and_not_repeated(text: str, code: str):
    with pytest.raises(Refused) as refused:
        identify(text, "scanned")
    assert (refused.value.code, refused.value.field) == (code, "scanned")
    assert len(text.strip()) < 6 or text not in str(refused.value)


@given(
    st.text(max_size=60)
    | st.text("]dQC123=&(01)/\x1dABGTF-", max_size=60)
    | st.builds(
        str.__add__, st.sampled_from(["]d2", "]Q1", "]d1]d2", "ATF-", "=+0", "(91)"]), st.text()
    )
)
@example("]d1]d1]d1=G12341765432100")
def test_no_text_is_anything_but_told_or_refused(text: str):
    assert refusal(identify, text) or identify(text)
