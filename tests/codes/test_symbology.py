"""What a scanner sends is unwrapped as its symbol says."""

import pytest

from atmpflow.codes.elements import written
from atmpflow.codes.reading import identify
from atmpflow.codes.symbology import unwrap
from atmpflow.errors import Refused

from .gs1_vectors import cases, sent

SYMBOLS = {
    "QR": "qr", "DM": "data-matrix", "DotCode": "dotcode", "DataBarExpanded": "databar",
    "GS1_128_CCA": "code-128", "EAN13": "ean-13", "EAN8": "ean-8",
}  # fmt: skip


def _plain(said: str) -> str:
    """The engine writes a caret that is data with a backslash."""
    return said.replace("\\^", "^").replace("\\\\", "\\")


def test_published_scans_give_their_published_data():
    for case in cases("scan_data"):
        if not case["valid"]:
            continue
        found = unwrap(case["scan_data"], "scan")
        assert found.symbol == SYMBOLS[case["sym"]]
        if found.elements is None:
            assert found.data == _plain(case["ai_data"])
        elif found.symbol.startswith("ean"):
            number, _, more = case["ai_data"].partition("|")
            goods = f"^01{number.zfill(14)}{more.removeprefix('^')}"
            assert written(found.elements) == sent(goods)
        else:
            assert written(found.elements) == sent(case["ai_data"])


def test_published_wrong_scans_are_refused():
    wrong = [case["scan_data"] for case in cases("scan_data") if not case["valid"]]
    assert len(wrong) > 15
    for text in wrong:
        with pytest.raises(Refused):
            identify(text)


@pytest.mark.parametrize("text", ["]", "]X", "]XX", "]é2", "d2", ""])
def test_a_symbol_that_is_not_read_is_named_so(text: str):
    with pytest.raises(Refused) as refused:
        unwrap(text, "scan")
    assert refused.value.code == "symbology-unknown"
