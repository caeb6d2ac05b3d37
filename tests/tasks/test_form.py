"""The forms of the Prefect UI: every field is explained, and what is wrong is refused and kept."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from pydantic import BaseModel, ValidationError

from atmpflow.errors import Refused
from models.network import seed
from tasks import clock
from tasks.form import ReferralForm
from tasks.open import open_from_filled_in
from tasks.sign_off import SignOffForm
from tests.conftest import Database
from tests.factories import opened
from tests.models.rows import counts, select

CENTRE = "Manchester University NHS Foundation Trust (R0A)"


def _filled_in(**changed: Any) -> ReferralForm:
    values = {
        "person": uuid4(),
        "product": "Luxturna",
        "treating_centre": CENTRE,
        "referring_organisation": CENTRE,
        "source_reference": str(uuid4()),
        "referred_on": "2025-03-01",
    }
    return ReferralForm.model_validate(values | changed)


@pytest.mark.parametrize("form", [ReferralForm, SignOffForm])
def test_every_field_has_a_title_a_description_and_its_place(form: type[BaseModel]):
    fields = form.model_json_schema()["properties"]
    assert [one["position"] for one in fields.values()] == list(range(len(fields)))
    for name, one in fields.items():
        assert one["description"], name
        assert one.get("title") or "$ref" in one, name


def test_what_can_be_chosen_is_open_and_told_by_name_and_code():
    choices = ReferralForm.model_json_schema()["$defs"]
    named = choices["Referrer"]["enum"]
    assert choices["Product"]["enum"]
    assert set(choices["Centre"]["enum"]) <= set(named)
    for one in seed():
        assert not one.closed or f"{one.name} ({one.ods_code})" not in named


@pytest.mark.parametrize(
    "changed",
    [
        {"indication": "words about a patient"},
        {"trial": "a trial"},
        {"source_reference": ""},
        {"product": "kymria"},
        {"treating_centre": "R0A"},
        {"name": "anything"},
    ],
)
def test_the_form_itself_refuses_what_no_referral_can_say(changed: dict[str, str]):
    with pytest.raises(ValidationError) as refused:
        _filled_in(**changed)
    assert [error["loc"][0] for error in refused.value.errors()] == list(changed)


def _refused(database: Database, form: ReferralForm) -> Refused:
    """Refused, with its rejection as all that is left."""
    before = counts(database.app)
    with pytest.raises(Refused) as refused:
        open_from_filled_in(database.app, form)
    assert counts(database.app) == {**before, "command": before["command"] + 1}
    query = "SELECT code, field, remedy, actor FROM command WHERE key = %s"
    kept = select(database.app, query, f"refer:R0A:{form.source_reference}")
    found = refused.value
    assert kept == [(found.code, found.field, found.remedy, "prefect-form")]
    return found


def test_a_referral_from_tomorrow_is_refused_and_kept(database: Database):
    form = _filled_in(referred_on=(clock.wall() + timedelta(days=2)).date())
    found = _refused(database, form)
    assert (found.code, found.field) == ("date-impossible", "referred_on")


def test_a_person_nobody_knows_is_refused_and_kept(database: Database):
    assert _refused(database, _filled_in()).code == "person-unknown"


def test_the_form_opens_a_journey_for_a_person_on_record(database: Database):
    query = "SELECT person_id FROM journey WHERE id = %s"
    ((person,),) = select(database.app, query, opened(database.app))
    answer = open_from_filled_in(database.app, _filled_in(person=person))
    assert select(database.app, query, answer.journey) == [(person,)]
