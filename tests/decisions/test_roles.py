"""Only the roles a command names may ask it: every role on every command."""

import pytest

from atmpflow.commands import COMMANDS
from atmpflow.decide import authorise, decide
from atmpflow.errors import Refused
from atmpflow.journey import Facts
from atmpflow.people import Actor, Role
from tests.memory import LATE, next_command, whole

ENGINE_ALONE = {
    "accept-referral",
    "assess-collection",
    "assess-eligibility",
    "assess-quality",
    "assess-shipment",
    "clear-for-administration",
    "clear-for-conditioning",
    "fire-timer",
    "implicate-journey",
    "notify-recall",
    "open-batch",
    "plan-follow-up",
    "plan-monitoring",
    "predict-band-exit",
    "prepare-release",
    "verify-consent",
}
ENGINE_OR_PEOPLE = {
    "allocate-unit", "book-courier", "book-slots", "place-hold", "place-order", "submit-to-panel",
}  # fmt: skip

# The judgements that law and licence give to one profession (EU GMP Part IV 11; Annex 16).
OF_ONE_PROFESSION = {
    "certify-batch": {Role.QP},
    "reject-batch": {Role.QP},
    "decide-deviation": {Role.QP},
    "accept-product": {Role.PHARMACIST},
    "confirm-eligibility": {Role.PHYSICIAN},
    "record-consent": {Role.PHYSICIAN},
    "prescribe-dose": {Role.PHYSICIAN},
    "administer-dose": {Role.PHYSICIAN},
    "check-identity": {Role.CHECKER},
    "record-quality-results": {Role.QUALITY_CONTROL},
    "record-collection": {Role.NURSE},
}


def _states() -> dict[str, Facts]:
    """For each command, a journey that waits for it."""
    return {
        facts.step.command.name: facts
        for product in ("aucatzyl", "ebvallo", "zolgensma", "holoclar")
        for facts in whole(product)
        if facts.step is not None
    }


STATES = _states()


@pytest.mark.parametrize("command", sorted(STATES))
def test_a_role_that_is_not_named_is_refused_where_the_command_is_due(command: str):
    facts = STATES[command]
    move = next_command(facts)
    for role in Role:
        who = Actor(f"somebody-{role}", role)
        if role in move.command.roles:
            assert decide(move.command, facts, LATE, who)
            continue
        with pytest.raises(Refused) as refused:
            decide(move.command, facts, LATE, who)
        assert (refused.value.code, refused.value.field) == ("role-not-allowed", "actor.role")
        assert all(named in refused.value.remedy for named in move.command.roles)


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_a_role_that_is_not_named_never_passes(name: str):
    command = COMMANDS[name].model_construct()
    for role in Role:
        who = Actor("somebody", role)
        if role in COMMANDS[name].roles:
            authorise(command, who)
        else:
            with pytest.raises(Refused, match="role-not-allowed"):
                authorise(command, who)


def test_the_engine_signs_nothing_that_a_person_must():
    engine = {name for name, kind in COMMANDS.items() if Role.SYSTEM in kind.roles}
    assert engine == ENGINE_ALONE | ENGINE_OR_PEOPLE
    assert {name for name in engine if COMMANDS[name].roles == {Role.SYSTEM}} == ENGINE_ALONE


@pytest.mark.parametrize("command", sorted(OF_ONE_PROFESSION))
def test_a_judgement_of_one_profession_is_nobody_elses(command: str):
    assert COMMANDS[command].roles == OF_ONE_PROFESSION[command]
