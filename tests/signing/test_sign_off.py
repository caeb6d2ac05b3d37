"""The form of the Prefect UI: the token comes along, and nothing that could sign."""

import pytest

from atmpflow.errors import Refused
from atmpflow.people import Role
from atmpflow.signing import SIGNED, needed
from desk.simulation.people import actor
from desk.simulation.signing import sign
from desk.simulation.step import present
from tasks.sign_off import MAKERS, SignOffForm, What, sign_off
from tests.conftest import Database
from tests.factories import held, journey_at, move_of, opened
from tests.memory import waiting_for


def _form(journey: object, what: What, token: str, **more: object) -> SignOffForm:
    values = {"journey": str(journey), "what": what, "document": "QA-1", "signature": token}
    return SignOffForm.model_validate({**values, **more})


def test_every_command_that_must_be_signed_is_in_the_form():
    facts = waiting_for("certify-batch")
    made = (MAKERS[one](_form("x", one, "t"), facts, facts.history[-1].occurred_at) for one in What)

    assert {type(command) for command in made} == set(SIGNED)


def test_a_qualified_person_certifies_from_the_form_with_a_token(signing: Database):
    facts = journey_at(signing.app, "certify-batch")
    move = move_of(facts)
    wanted = needed(move.command)
    assert wanted is not None
    form = _form(
        facts.coi,
        What.CERTIFY,
        sign(signing.app, move.actor, wanted, facts.journey),
        confirmed=True,
        at=move.command.occurred_at,
    )

    assert "batch.certified" in sign_off(form)
    row = present(signing.app, facts.journey).history[facts.version]
    assert (row.event.name, row.actor) == ("batch.certified", move.actor)
    assert "recorded before" in sign_off(form), "a run that Prefect repeats is recorded once"
    with pytest.raises(Refused, match=r"key-reused|used-before"):
        sign_off(form.model_copy(update={"document": "QA-2"}))


def test_what_is_not_confirmed_is_refused(signing: Database):
    facts = journey_at(signing.app, "certify-batch")

    with pytest.raises(Refused, match="not-confirmed"):
        sign_off(_form(facts.journey, What.CERTIFY, "sig-x"))


def test_a_made_up_token_decides_nothing(signing: Database):
    facts = held(signing.app, present(signing.app, opened(signing.app)))

    with pytest.raises(Refused, match="signature-unknown"):
        sign_off(_form(facts.journey, What.LIFT, "sig-made-up"))


def test_a_token_made_for_something_else_decides_nothing(signing: Database):
    facts = held(signing.app, present(signing.app, opened(signing.app)))
    lift = MAKERS[What.LIFT](_form("x", What.LIFT, "t"), facts, facts.history[-1].occurred_at)
    wanted = needed(lift)
    assert wanted is not None
    token = sign(signing.app, actor(Role.PHYSICIAN), wanted, facts.journey)

    with pytest.raises(Refused, match=r"role-not-allowed|out-of-order|journey-held"):
        sign_off(_form(facts.journey, What.ACCEPT, token, confirmed=True))
    assert "hold.lift_agreed" in sign_off(_form(facts.journey, What.LIFT, token))
