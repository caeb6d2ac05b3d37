"""Who may do what: deny by default, every right with an end, nothing ever widened."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atmpflow.commands import COMMANDS
from atmpflow.errors import Refused
from atmpflow.people import Role
from atmpflow.rights import (
    ANY,
    MACHINES,
    NEVER_FOR_TRAINING,
    NOT_DELEGATED,
    PERSONS_ALONE,
    TRAINED,
    Act,
    Appointment,
    Delegation,
    Rights,
    Span,
    Training,
)
from atmpflow.rules.rights import may, may_sign, objections, require_allowed, sees

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
DAY = timedelta(days=1)
FOREVER = Span(NOW - 1000 * DAY, NOW + 1000 * DAY)
HERE, THERE = "R0A", "RX1"
OWN = Act("place-hold", Role.NURSE, NOW, HERE, "kymriah", "NCT00000001")

MOMENTS = st.integers(-3, 3).map(lambda days: NOW + days * DAY)
# Mostly what would do, so that much is allowed and a property has something to say of it.
SHORT = st.tuples(MOMENTS, MOMENTS).map(lambda two: Span(min(two), max(two)))
SPANS = st.one_of(*[st.just(FOREVER)] * 4, SHORT)
ROLES = st.sampled_from([*[Role.NURSE] * 4, Role.QP, Role.COORDINATOR, Role.ADMINISTRATOR])
SITES = st.sampled_from([*[ANY] * 3, *[HERE] * 2, THERE])
TRIALS = st.sampled_from([*[ANY] * 4, "NCT00000001", "NCT00000002"])
PRODUCTS = st.sampled_from([*[ANY] * 3, *["kymriah"] * 2, "abecma"])
APPOINTMENTS = st.builds(Appointment, ROLES, SITES, TRIALS, PRODUCTS, SPANS)
HELD = st.lists(APPOINTMENTS, min_size=1, max_size=2).map(tuple)
GIVEN = st.one_of(HELD, st.just(()))
TRAININGS = st.builds(Training, st.sampled_from(["kymriah", "kymriah", "abecma"]), SPANS)
DELEGATIONS = st.builds(Delegation, ROLES, SITES, TRIALS, SPANS, HELD)
RIGHTS = st.builds(
    Rights,
    st.just("somebody"),
    st.sampled_from([*["person"] * 4, "machine"]),
    st.sampled_from([*["active"] * 8, "locked", "left"]),
    GIVEN,
    st.lists(TRAININGS, min_size=1, max_size=2).map(tuple),
    st.lists(DELEGATIONS, min_size=1, max_size=2).map(tuple),
)
ACTS = st.builds(
    Act,
    st.sampled_from(["place-hold", "administer-dose", "relabel-unit"]),
    ROLES,
    MOMENTS,
    st.sampled_from([HERE, HERE, THERE]),
    st.sampled_from(["kymriah", "kymriah", "abecma"]),
    st.sampled_from([None, "NCT00000001"]),
)


def _person(*appointments: Appointment, trained: Span | None = FOREVER) -> Rights:
    trainings = (Training("kymriah", trained),) if trained else ()
    return Rights("somebody", "person", "active", appointments, trainings)


def _codes(rights: Rights, act: Act) -> list[str]:
    return [reason.code for reason in objections(rights, act)]


def _at(site: str = HERE, role: Role = Role.NURSE, span: Span = FOREVER) -> Appointment:
    return Appointment(role, site, ANY, ANY, span)


# --- deny by default -----------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_an_account_that_was_given_nothing_may_do_nothing(name: str):
    nobody = Rights("somebody", "person", "active")
    for role in Role:
        assert "not-appointed" in _codes(nobody, replace(OWN, command=name, role=role))


def test_a_name_that_is_no_account_is_refused():
    with pytest.raises(Refused, match="account-unknown"):
        require_allowed(None, OWN)


@pytest.mark.parametrize(
    ("changed", "codes"),
    [
        ({}, []),
        ({"site": THERE}, ["not-appointed"]),
        ({"role": Role.QP}, ["not-appointed"]),
        ({"at": FOREVER.until}, ["not-appointed"]),
        ({"at": FOREVER.since - DAY}, ["not-appointed"]),
        ({"product": "abecma", "command": "record-collection"}, ["not-trained"]),
        ({"product": "abecma", "command": "place-hold"}, []),
    ],
)
def test_a_right_is_for_its_role_site_time_and_product(changed: dict, codes: list[str]):
    assert _codes(_person(_at()), replace(OWN, **changed)) == codes


@pytest.mark.parametrize(("trial", "allowed"), [("NCT00000001", True), (None, False), ("x", False)])
def test_who_is_appointed_for_one_trial_has_no_right_outside_it(trial, allowed):
    rights = _person(Appointment(Role.NURSE, HERE, "NCT00000001", ANY, FOREVER))
    assert may(rights, replace(OWN, trial=trial)) is allowed


@pytest.mark.parametrize(("product", "codes"), [("kymriah", []), ("abecma", ["not-appointed"])])
def test_who_is_appointed_for_one_product_has_no_right_for_another(product, codes):
    one = _person(Appointment(Role.NURSE, HERE, ANY, "kymriah", FOREVER))
    both = replace(one, trainings=(*one.trainings, Training("abecma", FOREVER)))
    assert _codes(both, replace(OWN, product=product, command="record-collection")) == codes


@pytest.mark.parametrize("state", ["locked", "left"])
def test_an_account_that_is_not_in_use_does_and_sees_nothing(state):
    rights = replace(_person(_at()), state=state)
    assert _codes(rights, OWN) == [f"account-{state}"]
    assert sees(rights, NOW).centres == frozenset()
    assert not may_sign(rights, Role.NURSE)


def test_what_the_properties_are_tried_on_is_now_allowed_and_now_not():
    answers: Counter[bool] = Counter()

    @given(RIGHTS, ACTS)
    def ask(rights: Rights, act: Act):
        answers[may(rights, act)] += 1

    ask()
    assert min(answers[True], answers[False]) * 20 >= answers.total()


@given(RIGHTS, ACTS)
def test_whatever_is_allowed_is_covered_by_something_in_force(rights: Rights, act: Act):
    if not may(rights, act):
        return
    assert rights.state == "active"
    everything = [*rights.appointments, *(one for d in rights.delegations for one in d.held)]
    assert any(
        one.role == act.role
        and one.span.since <= act.at < one.span.until
        and one.site in (ANY, act.site)
        and one.product in (ANY, act.product)
        and one.trial in (ANY, act.trial)
        for one in everything
    )


# --- training, machines, administrators ----------------------------------------------------


@pytest.mark.parametrize("role", sorted(TRAINED))
def test_who_touches_product_or_patient_needs_valid_training(role: Role):
    act = replace(OWN, role=role, command="record-collection")
    for trained, codes in ((FOREVER, []), (None, ["not-trained"]),
                           (Span(NOW - DAY, NOW), ["not-trained"]),
                           (Span(NOW + DAY, NOW + 2 * DAY), ["not-trained"])):  # fmt: skip
        assert _codes(_person(_at(role=role), trained=trained), act) == codes


@pytest.mark.parametrize("command", sorted(NEVER_FOR_TRAINING))
def test_stopping_and_reporting_harm_is_never_refused_for_training(command: str):
    assert command in COMMANDS
    assert may(_person(_at(), trained=None), replace(OWN, command=command))


@given(RIGHTS.map(lambda one: replace(one, kind="machine")), ACTS, st.sampled_from(list(Role)))
def test_a_machine_never_signs_nor_decides(rights: Rights, act: Act, role: Role):
    assert not may_sign(rights, role)
    asked = replace(act, role=role)
    if may(replace(rights, appointments=(*rights.appointments, _at(ANY, role))), asked):
        assert role in MACHINES
        assert asked.command not in PERSONS_ALONE


@given(RIGHTS, ACTS)
def test_an_administrator_does_nothing_else(rights: Rights, act: Act):
    both = replace(rights, appointments=(*rights.appointments, _at(ANY, Role.ADMINISTRATOR)))
    if act.role is not Role.ADMINISTRATOR:
        assert not may(both, act)


# --- never widened ---------------------------------------------------------------------------


def _giver(held: tuple[Appointment, ...], trainings: tuple[Training, ...]) -> Rights:
    return Rights("giver", "person", "active", held, trainings)


HOLDS = Appointment(Role.NURSE, HERE, "NCT00000001", "kymriah", FOREVER)


@pytest.mark.parametrize(
    ("held", "allowed"),
    [
        ({}, True),
        ({"site": ANY, "trial": ANY, "product": ANY}, True),
        ({"site": THERE}, False),
        ({"trial": "NCT00000002"}, False),
        ({"product": "abecma"}, False),
        ({"role": Role.COORDINATOR}, False),
        ({"span": Span(NOW - DAY, NOW)}, False),
    ],
)
def test_what_is_delegated_is_what_its_giver_holds_then(held: dict, allowed: bool):  # noqa: FBT001
    given = Delegation(Role.NURSE, ANY, ANY, FOREVER, (replace(HOLDS, **held),))
    rights = replace(_person(), delegations=(given,))
    assert may(rights, replace(OWN, command="record-collection")) is allowed


@given(RIGHTS, ACTS)
def test_a_delegation_gives_no_more_than_its_giver_has(rights: Rights, act: Act):
    alone = replace(rights, appointments=(), kind="person")
    if may(alone, act):
        assert act.role not in NOT_DELEGATED
        givers = [_giver(one.held, rights.trainings) for one in rights.delegations]
        assert any(may(giver, act) for giver in givers)


@given(RIGHTS, ACTS)
def test_taking_something_away_never_allows_more(rights: Rights, act: Act):
    fewer = [
        replace(rights, appointments=rights.appointments[1:]),
        replace(rights, trainings=rights.trainings[1:]),
        replace(rights, delegations=rights.delegations[1:]),
        replace(rights, state="locked"),
    ]
    administers = any(one.role is Role.ADMINISTRATOR for one in rights.appointments)
    for less in fewer:
        if may(less, act) and not administers:
            assert may(rights, act)


@given(RIGHTS, ACTS)
def test_whatever_ends_is_over_once_its_end_has_come(rights: Rights, act: Act):
    assert not may(rights, replace(act, at=FOREVER.until))


@given(RIGHTS, ACTS)
def test_nobody_acts_on_a_journey_that_they_may_not_see(rights: Rights, act: Act):
    if act.role is not Role.ADMINISTRATOR and may(rights, act):
        assert sees(rights, act.at).centres & {ANY, act.site}
