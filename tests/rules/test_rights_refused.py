"""What is said to whom a right is wanting, in full, and the cases just beside each refusal."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from atmpflow.errors import Refused
from atmpflow.people import Role
from atmpflow.rights import ANY, Act, Appointment, Delegation, Rights, Span, Training
from atmpflow.rules.rights import may, may_sign, objections, require_allowed, unknown
from tests.wording import code_of

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
DAY = timedelta(days=1)
LASTING, OVER = Span(NOW - DAY, NOW + DAY), Span(NOW - DAY, NOW)
HERE, THERE, TRIAL = "R0A", "RX1", "NCT00000001"
ACT = Act("record-collection", Role.NURSE, NOW, HERE, "kymriah", TRIAL)


def _at(role: Role = Role.NURSE, site: str = ANY, trial: str = ANY, product: str = ANY):
    return Appointment(role, site, trial, product, LASTING)


NURSE = Rights("somebody", "person", "active", (_at(),), (Training("kymriah", LASTING),))
BOTH = replace(NURSE, appointments=(_at(), _at(Role.ADMINISTRATOR)))
COURIER = Rights("a-machine", "machine", "active", (_at(Role.COURIER), _at()))
BY_COURIER = replace(ACT, command="record-pick-up", role=Role.COURIER)

LOCKED = Refused(
    "account-locked",
    "actor",
    "This account is locked.",
    "Have an administrator open it again (atmpflow account open).",
)
LEFT = Refused(
    "account-left",
    "actor",
    "Whoever had this account has left.",
    "Ask under an account in use, or have an administrator open this one again.",
)
APART = Refused(
    "administrator-apart",
    "actor",
    "Administrators hold no other role.",
    "Have somebody else do it; administrators say who may, and no more.",
)
UNKNOWN = Refused(
    "account-unknown",
    "actor",
    "No account has this name.",
    "Have an administrator add it (atmpflow account add; on a new installation atmpflow account"
    " first), or mend the name.",
)


def _person_needed(command: str) -> Refused:
    return Refused(
        "person-needed",
        "actor",
        f"A machine's account may not {command}.",
        "Somebody who answers for it must ask, under an account of their own.",
    )


def _not_appointed(role: str) -> Refused:
    return Refused(
        "not-appointed",
        "actor",
        f"This account may not act as {role} there: not for this site, trial and product.",
        "Have an administrator appoint the account (atmpflow account appoint).",
    )


def _not_trained(product: str) -> Refused:
    return Refused(
        "not-trained",
        "actor",
        f"No valid training for {product} is on record for this account.",
        "Complete the training and have it put on record (atmpflow account train).",
    )


REFUSALS = [
    (replace(NURSE, state="locked"), ACT, LOCKED),
    (replace(NURSE, state="left"), ACT, LEFT),
    (BOTH, ACT, APART),
    (COURIER, ACT, _person_needed("record-collection")),
    (COURIER, replace(BY_COURIER, command="relabel-unit"), _person_needed("relabel-unit")),
    (COURIER, replace(BY_COURIER, command="delegate"), _person_needed("delegate")),
    (NURSE, replace(ACT, role=Role.COORDINATOR), _not_appointed("coordinator")),
    (replace(NURSE, appointments=()), ACT, _not_appointed("apheresis-nurse")),
    (replace(NURSE, trainings=()), ACT, _not_trained("kymriah")),
    (NURSE, replace(ACT, product="abecma"), _not_trained("abecma")),
]


@pytest.mark.parametrize(("rights", "act", "refusal"), REFUSALS)
def test_a_refusal_says_what_is_wanting_and_what_to_do(rights: Rights, act: Act, refusal: Refused):
    assert objections(rights, act) == (refusal,)
    assert code_of(refusal) == refusal.code
    assert not may(rights, act)
    with pytest.raises(Refused) as raised:
        require_allowed(rights, act)
    assert raised.value == refusal


def test_a_name_that_is_no_accounts_is_refused_in_full():
    assert unknown() == UNKNOWN
    assert code_of(UNKNOWN) == "account-unknown"
    with pytest.raises(Refused) as raised:
        require_allowed(None, ACT)
    assert raised.value == UNKNOWN


def test_whoever_lacks_several_things_hears_of_all_and_is_refused_for_the_first():
    nothing = Rights("a-machine", "machine", "locked", (_at(Role.ADMINISTRATOR),))
    needed = (LOCKED, _person_needed("record-collection"), APART, _not_appointed("apheresis-nurse"))
    assert objections(nothing, ACT) == needed
    with pytest.raises(Refused) as raised:
        require_allowed(nothing, ACT)
    assert raised.value == LOCKED


AT_NO_SITE = replace(ACT, site=None, product=None, trial=None)
ALLOWED = [
    (NURSE, ACT),
    # What is about no one journey asks for no site, trial or product, and so for no training.
    (replace(NURSE, appointments=(_at(Role.NURSE, HERE, TRIAL, "abecma"),)), AT_NO_SITE),
    (replace(NURSE, trainings=()), AT_NO_SITE),
    # Who neither touches the product nor the patient needs no training.
    (
        replace(NURSE, appointments=(_at(Role.COORDINATOR),), trainings=()),
        replace(ACT, role=Role.COORDINATOR),
    ),
    # A machine is not trained, in the roles that are not a person's.
    (COURIER, BY_COURIER),
    # Administrators administer; who was one until now may hold another role.
    (BOTH, replace(AT_NO_SITE, command="account-add", role=Role.ADMINISTRATOR)),
    (
        replace(NURSE, appointments=(_at(), replace(_at(Role.ADMINISTRATOR), span=OVER))),
        ACT,
    ),
    # One fitting appointment is enough, wherever it stands.
    (replace(NURSE, appointments=(_at(site=THERE), _at(site=HERE))), ACT),
]


@pytest.mark.parametrize(("rights", "act"), ALLOWED)
def test_nothing_stands_against_what_is_just_inside(rights: Rights, act: Act):
    assert objections(rights, act) == ()
    assert may(rights, act)
    require_allowed(rights, act)


@pytest.mark.parametrize("command", ["record-risk-evaluation", "relabel-unit", "delegate"])
def test_a_person_may_do_what_a_machine_in_the_same_role_may_not(command: str):
    machine = replace(COURIER, trainings=NURSE.trainings)
    asked = replace(BY_COURIER, command=command)
    assert objections(replace(machine, kind="person"), asked) == ()
    assert objections(machine, asked) == (_person_needed(command),)


GIVEN = Delegation(Role.NURSE, HERE, TRIAL, LASTING, (_at(),))


@pytest.mark.parametrize(
    ("changed", "asked", "allowed"),
    [
        ({}, {}, True),
        ({"site": ANY, "trial": ANY}, {}, True),
        ({}, {"site": THERE}, False),
        ({}, {"trial": "NCT00000002"}, False),
        ({}, {"trial": None}, False),
        ({}, {"site": None, "trial": None}, True),
        ({"span": OVER}, {}, False),
        ({"role": Role.PHARMACIST}, {}, False),
        ({"held": ()}, {}, False),
        ({"held": (_at(site=THERE), _at(site=HERE))}, {}, True),
        ({"role": Role.QP, "held": (_at(Role.QP),)}, {"role": Role.QP}, False),
    ],
)
def test_a_delegation_is_for_its_own_role_site_trial_and_time(
    *, changed: dict[str, object], asked: dict[str, object], allowed: bool
):
    rights = replace(NURSE, appointments=(), delegations=(replace(GIVEN, **changed),))
    act = replace(ACT, **asked)
    expected = () if allowed else (_not_appointed(act.role.value),)
    assert objections(rights, act) == expected


@pytest.mark.parametrize(
    ("changed", "role", "signs"),
    [
        ({}, Role.NURSE, True),
        ({}, Role.QP, True),
        ({}, Role.SYSTEM, False),
        ({"kind": "machine"}, Role.NURSE, False),
        ({"state": "locked"}, Role.NURSE, False),
        ({"state": "left"}, Role.NURSE, False),
    ],
)
def test_a_person_whose_account_is_in_use_signs(
    *, changed: dict[str, str], role: Role, signs: bool
):
    assert may_sign(replace(NURSE, **changed), role) is signs
