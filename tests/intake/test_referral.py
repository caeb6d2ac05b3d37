"""What a referral may say, what its dates may be, and that printing it shows nobody."""

import json
import pickle
import traceback
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from rich.console import Console

from atmpflow.errors import Refused
from atmpflow.referral import PatientIdentity, Referral, checked
from tests.intake.samples import IDENTITY, NOW, content


def referral(**changes: Any) -> Referral:
    return Referral.model_validate(content(**changes))


def refusal(**changes: Any) -> Refused:
    with pytest.raises(Refused) as caught:
        checked(referral(**changes), NOW)
    return caught.value


def test_a_right_referral_passes_unchanged() -> None:
    assert checked(referral(), NOW) == referral()


@pytest.mark.parametrize("written", ["9990001014", "REF-999 000 1014", "x999.000.1014/2"])
def test_a_reference_that_is_the_patients_number_is_refused_and_not_repeated(written: str) -> None:
    refused = refusal(source_reference=written)
    assert (refused.code, refused.field) == ("reference-identifies", "source_reference")
    assert "1014" not in f"{refused.message} {refused.remedy}"


def test_a_reference_with_another_number_is_the_referrers_own() -> None:
    for reference in ("000049973563", "9990001022", "RWP-2026-0107"):
        assert checked(referral(source_reference=reference), NOW)


def test_printing_a_referral_shows_nothing_of_the_patient() -> None:
    one = referral(indication="C83.3")
    console = Console(file=StringIO(), width=200)
    console.print(one)
    shown = [repr(one), str(one), f"{one.patient}", repr(one.patient), str([one.patient])]
    for text in (*shown, console.file.getvalue()):  # type: ignore[attr-defined]
        assert not [value for value in (*IDENTITY.values(), "C83.3") if value in text]


def test_a_validation_error_shows_nothing_of_what_was_given() -> None:
    wrong = {
        **IDENTITY,
        "birth_date": "17.04.1961",
        "sex": "Testpatient",
        "nhs_number": "999000101",
    }
    with pytest.raises(ValidationError) as caught:
        PatientIdentity.model_validate(wrong)
    text = "".join(traceback.format_exception(caught.value))
    assert not [value for value in wrong.values() if value in text]


def test_a_referral_is_frozen_and_survives_a_pickle() -> None:
    one = referral()
    with pytest.raises(ValidationError):
        one.product = "yescarta"  # type: ignore[misc]
    assert pickle.loads(pickle.dumps(one)) == one  # noqa: S301 - our own bytes


def test_a_wrong_check_digit_is_not_a_referral() -> None:
    with pytest.raises(ValidationError):
        referral(patient={"nhs_number": "9990001015"})


def test_an_nhs_number_is_kept_without_its_spaces() -> None:
    assert referral(patient={"nhs_number": "999 000 1014"}).patient.nhs_number == "9990001014"


@pytest.mark.parametrize(
    "text", ["19958400", "0", 0, 19958400, "1961-4-17", "17/04/1961", "1961-04-17T00:00:00", True]
)
def test_a_date_is_read_only_as_year_month_day(text: object) -> None:
    """Pydantic alone would read 19958400 as a day in 1970."""
    with pytest.raises(ValidationError):
        referral(patient={"birth_date": text})


@pytest.mark.parametrize("name", ["", "   ", "A\x00", "A\nB", "A\u200bB", "A\u202eB", "x" * 121])
def test_a_name_with_hidden_or_too_many_characters_is_no_name(name: str) -> None:
    with pytest.raises(ValidationError):
        referral(patient={"family_name": name})


def test_names_that_look_equal_are_equal() -> None:
    composed, combining = "Zoë", "Zoe\u0308"
    one, other = (referral(patient={"given_name": name}) for name in (composed, combining))
    assert one == other


def test_spaces_around_a_value_do_not_count() -> None:
    spaced = referral(referred_on=" 2026-03-02 ", product=" kymriah ", patient={"sex": "female"})
    assert spaced == referral()


@pytest.mark.parametrize("trial", ["NCT01234567", "ISRCTN12345678", "2016-004027-22", "IRAS123456"])
def test_registry_ids_are_read(trial: str) -> None:
    assert referral(trial=trial).trial == trial


@pytest.mark.parametrize("trial", ["FELIX", "NCT1", "nct01234567", "NCT012345678"])
def test_what_is_no_registry_id_is_no_trial(trial: str) -> None:
    with pytest.raises(ValidationError):
        referral(trial=trial)


def test_words_are_no_indication() -> None:
    with pytest.raises(ValidationError):
        referral(indication="lymphoma of Mrs Alder")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"patient": {"birth_date": "2026-03-10"}}, "patient.birth_date"),
        ({"patient": {"birth_date": "1901-03-08"}}, "patient.birth_date"),
        ({"referred_on": "2026-03-10"}, "referred_on"),
        ({"referred_on": "1961-04-16"}, "referred_on"),
    ],
)
def test_an_impossible_date_is_refused_and_names_the_field(
    changes: dict[str, Any], field: str
) -> None:
    refused = refusal(**changes)
    assert (refused.code, refused.field) == ("date-impossible", field)


def test_a_referral_written_after_midnight_in_summer_time_is_not_in_the_future() -> None:
    just_past = datetime(2026, 7, 1, 23, 30, tzinfo=UTC)
    assert checked(referral(referred_on="2026-07-02"), just_past)


@given(born=st.dates(date(1850, 1, 1), date(2080, 1, 1)), on=st.dates(date(1850, 1, 1)))
def test_dates_pass_exactly_when_birth_referral_and_now_are_in_order(born: date, on: date) -> None:
    one = referral(patient={"birth_date": born.isoformat()}, referred_on=on.isoformat())
    possible = NOW.date() - timedelta(days=45656) <= born <= on <= NOW.date()
    if possible:
        assert checked(one, NOW) is one
    else:
        with pytest.raises(Refused, match="date-impossible"):
            checked(one, NOW)


def test_each_field_has_a_title_and_a_description_in_the_schema() -> None:
    schema = Referral.model_json_schema()
    identity = schema["$defs"]["PatientIdentity"]
    for fields in (schema["properties"], identity["properties"]):
        assert all(field["title"] and field["description"] for field in fields.values())
    assert json.dumps(schema)
