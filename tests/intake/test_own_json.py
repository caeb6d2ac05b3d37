"""Our own JSON: one referral or many, its published schema, and what strict reading refuses."""

import json
from typing import Any

import jsonschema
import pytest

from atmpflow.errors import Refused
from tasks.intake.own_json import schema
from tasks.intake.reader import read
from tasks.intake.result import ReadResult
from tests.intake.samples import EXAMPLES, content, encoded


def refusals(raw: bytes) -> list[tuple[str, str]]:
    (result,) = read(raw, "referral.json")
    return [(refused.code, refused.field) for refused in result.refused]


def test_the_example_is_read_and_fits_the_published_schema() -> None:
    raw = (EXAMPLES / "referral.json").read_bytes()
    (result,) = read(raw, "referral.json")
    assert result.referral is not None
    assert result.referral.product == "kymriah"
    jsonschema.validate(json.loads(raw), schema())


def test_the_published_schema_refuses_what_the_reader_refuses() -> None:
    for wrong in (content(product=None), content(urgency="soon"), content(colour="red")):
        assert refusals(encoded(wrong))
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(wrong, schema())


def test_one_wrong_referral_of_a_list_does_not_stop_the_others() -> None:
    first, second, third = read(encoded([content(), content(product=None), 7]), "many.json")
    assert first.referral is not None
    assert [(one.code, one.field) for one in second.refused] == [("field-missing", "[1].product")]
    assert [(one.code, one.field) for one in third.refused] == [("json-not-a-referral", "[2]")]
    assert [one.where for one in (first, second, third)] == [f"referral {n}" for n in (1, 2, 3)]


def test_every_fault_of_a_referral_is_listed_not_only_the_first() -> None:
    patient = {"nhs_number": "9990001015", "sex": "f", "birth_date": None}
    wrong = content(patient=patient, product="Kymriah!", treating_centre=None)
    assert {field for _, field in refusals(encoded(wrong))} == {
        "patient.nhs_number",
        "patient.sex",
        "patient.birth_date",
        "product",
        "treating_centre",
    }


def test_a_wrong_check_digit_is_refused_and_names_the_field() -> None:
    ((code, field),) = refusals(encoded(content(patient={"nhs_number": "9990001015"})))
    assert code.startswith("nhs-number")
    assert field == "patient.nhs_number"


def test_an_unknown_field_is_refused_with_a_suggestion_and_not_repeated() -> None:
    (result,) = read(encoded(content(refered_on="2026-03-02", Alder="x")), "referral.json")
    misspelt, private = result.refused
    assert misspelt.code == private.code == "field-unknown"
    assert "`referred_on`" in misspelt.message
    assert "Alder" not in str(private)


@pytest.mark.parametrize(
    ("raw", "code", "field"),
    [
        (b'{"product": "kymriah", "product": "yescarta"}', "json-duplicate-key", "product"),
        (b'{"Alder": 1, "Alder": 2}', "json-duplicate-key", ""),
        (b'{"product": NaN}', "json-invalid", ""),
        (b'{"product": -Infinity}', "json-invalid", ""),
        (b'{"product": ' + b"9" * 5000 + b"}", "json-invalid", ""),
        (b'{\n "product": }', "json-invalid", "line 2, column 13"),
        (b"[" * 100_000, "json-too-deep", ""),
        (b'{"a":' * 5000 + b"1" + b"}" * 5000, "json-too-deep", ""),
        (b"[]", "file-empty", ""),
        (b"[1] x", "json-invalid", "line 1, column 5"),
    ],
)
def test_json_that_could_be_misread_is_refused_with_its_place(
    raw: bytes, code: str, field: str
) -> None:
    assert refusals(raw) == [(code, field)]


def test_a_doubled_name_that_could_be_private_is_not_repeated() -> None:
    (result,) = read(b'{"Alder": 1, "Alder": 2}', "referral.json")
    assert "Alder" not in str(result.refused[0])


def test_a_lone_surrogate_is_refused() -> None:
    assert refusals(encoded(content(patient={"family_name": "A\ud800"}))) == [
        ("field-invalid", "patient.family_name")
    ]


@pytest.mark.parametrize("wrong", [None, 1, "x", [], True, {"nhs_number": {}}])
def test_a_value_of_the_wrong_shape_is_refused(wrong: Any) -> None:
    value = content()
    value["patient"] = wrong
    assert refusals(encoded(value))


def test_too_many_referrals_in_a_list_are_refused_as_a_whole() -> None:
    assert refusals(encoded([1] * 10_001)) == [("too-many-referrals", "")]


def test_a_result_is_a_referral_or_refusals_never_both_nor_neither() -> None:
    (result,) = read(encoded(content()), "referral.json")
    with pytest.raises(ValueError, match="never both"):
        ReadResult("file", "json", result.sha256)
    with pytest.raises(ValueError, match="never both"):
        ReadResult("file", "json", result.sha256, result.referral, (Refused("a", "b", "c", "d"),))
