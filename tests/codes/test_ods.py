"""An organisation code has a form; whether it is in force the directory says."""

import csv

import pytest

from atmpflow.codes.ods import check
from atmpflow.errors import Refused
from tests.wording import code_of

from .vectors import FOLDER


@pytest.mark.parametrize("text", ["RRK", " rrk ", "RRK97", "7A6", "S08000031", "8HX91"])
def test_codes_of_trusts_sites_and_boards_are_read_in_capitals(text: str):
    assert check(text, "centre") == text.strip().upper()


@pytest.mark.parametrize("text", ["", "RR", "R-K", "RRK 97", "RRKRRKRRKRR", "ＲＲＫ"])
def test_another_form_is_refused_and_names_the_field(text: str):
    with pytest.raises(Refused) as refused:
        check(text, "centre")
    assert (code_of(refused.value), refused.value.field) == ("ods-format", "centre")


def test_every_published_trust_code_has_the_form():
    file = FOLDER.parent / "organisations" / "ods-etr-nhs-trusts.csv"
    if not file.exists():
        pytest.skip("the published list of trusts is not on this machine")
    with file.open(encoding="utf-8", newline="") as rows:
        codes = [row[0] for row in csv.reader(rows)]
    assert len(codes) > 200
    assert [check(code, "trust") for code in codes] == codes
