"""The door for files: formats by content, bytes of any kind, and nothing of a patient in errors."""

import json
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from atmpflow.referral import checked
from atmpflow.rules.organisation import REFERS, TREATS, usable
from models.network import listed, seed
from tasks.intake.reader import read
from tasks.intake.text import LARGEST_FILE
from tests.intake.samples import (
    EXAMPLES,
    IDENTITY,
    NOW,
    bars_example,
    changed,
    content,
    encoded,
    places,
)

CSV = (EXAMPLES / "referrals.csv").read_text()
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)


@pytest.mark.parametrize("file", sorted(EXAMPLES.iterdir()), ids=lambda file: file.name)
def test_every_example_is_whole_possible_and_between_organisations_that_may(file: Any) -> None:
    directory = listed(seed())
    for result in read(file.read_bytes(), file.name):
        assert result.referral is not None, result.refused
        one = checked(result.referral, NOW)
        usable(one.referring_organisation, directory, on=one.referred_on, field="a", kinds=REFERS)
        usable(one.treating_centre, directory, on=one.referred_on, field="b", kinds=TREATS)
        assert one.patient.nhs_number.startswith("999")
        assert one.patient.family_name.startswith("Testpatient")


def test_the_examples_name_each_patient_and_reference_once() -> None:
    found = [
        result.referral
        for file in sorted(EXAMPLES.iterdir())
        for result in read(file.read_bytes(), file.name)
    ]
    assert len(found) >= 10
    assert len({one.patient.nhs_number for one in found if one}) == len(found)
    assert len({one.source_reference for one in found if one}) == len(found)


def test_the_format_is_told_by_the_content_whatever_the_name() -> None:
    names = ("a.json", "b.csv", "c", "")
    assert {read(CSV.encode(), name)[0].format for name in names} == {"csv"}
    assert {read(encoded(content()), name)[0].format for name in names} == {"json"}
    assert {read(encoded(bars_example()), name)[0].format for name in names} == {"fhir-bars"}


def test_every_result_carries_the_digest_of_the_bytes_as_they_came() -> None:
    raw = b"\xef\xbb\xbf" + CSV.encode()
    assert {result.sha256 for result in read(raw, "a.csv")} == {sha256(raw).hexdigest()}


@pytest.mark.parametrize(
    ("raw", "code", "field"),
    [
        (b"", "file-empty", ""),
        (b"\xef\xbb\xbf \n", "file-empty", ""),
        (b"x" * (LARGEST_FILE + 1), "file-too-large", ""),
        ("\ufeff{}".encode("utf-16-le"), "encoding-not-utf8", "line 1"),
        ("{}".encode("utf-32"), "encoding-not-utf8", "line 1"),
        ('{\n"a": "é"}'.encode("latin-1"), "encoding-not-utf8", "line 2"),
        ('{\n"a": 1}'.encode("utf-16-le"), "text-has-nul", "line 1"),
        (b'{"a":\n"\x00"}', "text-has-nul", "line 2"),
        (b"<Bundle xmlns='http://hl7.org/fhir'/>", "format-unknown", ""),
        (b"%PDF-1.7 dear colleague", "format-unknown", ""),
    ],
)
def test_a_file_that_cannot_be_read_says_why(raw: bytes, code: str, field: str) -> None:
    (result,) = read(raw, "referral")
    assert [(one.code, one.field) for one in result.refused] == [(code, field)]
    assert result.refused[0].remedy


def test_a_byte_order_mark_changes_nothing() -> None:
    plain, marked = encoded(content()), b"\xef\xbb\xbf" + encoded(content())
    assert read(plain, "a")[0].referral == read(marked, "a")[0].referral is not None


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "raw",
    [
        ("a," * (LARGEST_FILE // 2)).encode(),
        ("nhs_number,sex," + "a," * (LARGEST_FILE // 2 - 10)).encode(),
        ("product,sex\n" + "a," * (LARGEST_FILE // 2 - 10)).encode(),
        ("{" + ",".join(f'"{n}":0' for n in range(900_000)) + "}").encode(),
        ('{"' + "a" * (LARGEST_FILE - 10) + '":0}').encode(),
        ("[" + "0," * (LARGEST_FILE // 2 - 10) + "0]").encode(),
        b"\n" * LARGEST_FILE,
        b'"' * LARGEST_FILE,
    ],
    ids=["header", "known", "row", "fields", "name", "list", "lines", "quotes"],
)
def test_the_largest_nonsense_is_refused_in_bounded_time_and_length(raw: bytes) -> None:
    results = read(raw, "a.csv")
    assert len(results) == 1
    assert 1 <= len(results[0].refused) <= 50


@settings(deadline=None)
@given(raw=st.binary(max_size=400), name=st.text(max_size=8))
def test_any_bytes_give_results_and_never_fail(raw: bytes, name: str) -> None:
    assert read(raw, name)


@settings(deadline=None)
@given(text=st.text(max_size=200), name=st.sampled_from(["a.csv", "a.json"]))
def test_any_text_gives_results_and_never_fails(text: str, name: str) -> None:
    for raw in (text, "{" + text, CSV + text):
        assert read(raw.encode("utf-8", "surrogatepass"), name)


@settings(deadline=None)
@given(path=st.sampled_from(sorted(places(bars_example()), key=str)), new=JSON | st.just(...))
def test_a_message_changed_anywhere_gives_one_result_and_never_fails(
    path: tuple[Any, ...], new: Any
) -> None:
    (result,) = read(json.dumps(changed(bars_example(), path, new)).encode(), "a.json")
    private = bars_example()["entry"][2]["resource"]
    values = (private["identifier"][0]["value"], private["name"][0]["family"], "1959-10-11")
    assert not [value for value in values for one in result.refused if value in str(one)]


@settings(deadline=None)
@given(path=st.sampled_from(sorted(places(content()), key=str)), new=JSON | st.just(...))
def test_our_json_changed_anywhere_never_fails_and_keeps_the_patient_out_of_errors(
    path: tuple[Any, ...], new: Any
) -> None:
    (result,) = read(json.dumps(changed(content(), path, new)).encode(), "a.json")
    private = [value for name, value in IDENTITY.items() if name != "sex"]
    assert not [value for value in private for one in result.refused if value in str(one)]


@settings(deadline=None)
@given(at=st.integers(0, len(CSV) - 1), new=st.text(max_size=3))
def test_csv_changed_in_one_place_loses_no_row(at: int, new: str) -> None:
    text = CSV[:at] + new + CSV[at + 1 :]
    results = read(text.encode("utf-8", "surrogatepass"), "a.csv")
    whole = results[0].where == "file"
    assert whole or len(results) >= len(CSV.splitlines()) - 2
    assert not [one for r in results for one in r.refused if "Testpatient" in str(one)]
