"""A Single European Code is taken apart, or refused."""

from datetime import date, datetime

import pytest

from atmpflow.codes.sec import parse
from atmpflow.errors import Refused
from tests.wording import code_of

from .vectors import vectors

RIGHT = "SEC: PL001499Z549917123456 A00T041600320171231"
SYSTEMS = {"A": "isbt128", "B": "eurocode", "E": "eutc"}


def _code(text: str) -> str:
    with pytest.raises(Refused) as refused:
        parse(text, "material.sec")
    assert refused.value.field == "material.sec"
    return code_of(refused.value)


def test_published_codes_are_taken_apart():
    for example in vectors("isbt128-sec-vectors.json")["single_european_code"]["examples"]:
        fields, code = example["fields"], parse(example["text"], "sec")
        assert code.country == fields["country"]
        assert code.establishment == fields["te"]
        assert code.donation == fields["udn"]
        assert code.system == SYSTEMS[fields["system"]]
        assert (code.product, code.split) == (fields["product"], fields["split"])
        expiry = datetime.strptime(fields["expiry"] + "+0000", "%Y%m%d%z").date()
        assert code.expires_on == expiry


def test_spaces_and_the_prefix_do_not_matter():
    assert parse(RIGHT, "sec") == parse(RIGHT.removeprefix("SEC:").replace(" ", ""), "sec")
    assert parse(RIGHT, "sec").expires_on == date(2017, 12, 31)


def test_each_part_of_a_code_is_in_its_place():
    code = parse(RIGHT, "sec")
    assert (code.country, code.establishment, code.donation) == ("PL", "001499", "Z549917123456")
    assert (code.system, code.product, code.split) == ("isbt128", "00T0416", "003")


@pytest.mark.parametrize(("letter", "system"), sorted(SYSTEMS.items()))
def test_the_letter_names_the_coding_system(letter: str, system: str):
    assert parse(RIGHT.replace(" A00T", f" {letter}00T"), "sec").system == system


def test_zeros_say_that_there_is_no_expiry():
    assert parse(RIGHT.replace("20171231", "00000000"), "sec").expires_on is None


def test_a_date_that_never_was_is_refused():
    assert _code(RIGHT.replace("20171231", "20170231")) == "sec-expiry"


def test_an_unknown_coding_system_is_refused():
    assert _code(RIGHT.replace(" A00T", " C00T")) == "sec-coding-system"


@pytest.mark.parametrize("text", ["", "SEC:", RIGHT[:-1], RIGHT + "0", RIGHT.lower()])
def test_another_form_is_refused(text: str):
    assert _code(text) == "sec-format"
