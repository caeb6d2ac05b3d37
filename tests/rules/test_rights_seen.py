"""Where a command counts, whose journeys somebody sees, and the roles that an account acts in."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from atmpflow.commands.admission import Refer
from atmpflow.commands.after import PlaceHold
from atmpflow.journey import Facts
from atmpflow.people import Actor, Role
from atmpflow.rights import ANY, Act, Appointment, Delegation, Rights, Sight, Span
from atmpflow.rules.rights import act_of, roles, sees
from tests.memory import opened

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
LATER, DAY = NOW + timedelta(minutes=5), timedelta(days=1)
LASTING, OVER, COMING = Span(NOW, NOW + DAY), Span(NOW - DAY, NOW), Span(LATER, NOW + DAY)
HERE, THERE, TRIAL = "R0A", "RX1", "NCT00000001"
HOLD = PlaceHold(occurred_at=NOW, reason="DEV-1")


def _referral() -> Refer:
    return Refer(
        occurred_at=NOW,
        person=opened().referral.person,
        source_reference="one",
        referring_organisation=THERE,
        treating_centre=HERE,
        product="kymriah",
        trial=TRIAL,
    )


def _journey() -> Facts:
    """One that was referred from elsewhere, for another product and trial than `_referral`."""
    facts = opened("abecma")
    first = facts.history[0]
    changes = {"referring_organisation": "RYJ", "treating_centre": "RM3", "trial": "NCT00000002"}
    event = facts.referral.model_copy(update=changes)
    return replace(facts, history=(replace(first, event=event),))


@pytest.mark.parametrize(("role", "site"), [(Role.REFERRER, THERE), (Role.COORDINATOR, HERE)])
def test_who_opens_a_journey_acts_where_they_are(role: Role, site: str):
    act = act_of(_referral(), Actor("somebody", role), None, LATER)
    assert act == Act("refer", role, LATER, site, "kymriah", TRIAL)


@pytest.mark.parametrize(
    ("role", "site"), [(Role.REFERRER, "RYJ"), (Role.NURSE, "RM3"), (Role.COURIER, "RM3")]
)
def test_a_command_on_a_journey_counts_for_the_site_product_and_trial_of_it(role: Role, site: str):
    asked = Actor("somebody", role)
    expected = Act("place-hold", role, LATER, site, "abecma", "NCT00000002")
    assert act_of(HOLD, asked, _journey(), LATER) == expected
    # A second referral is judged by the journey that there is, not by what it claims.
    again = act_of(_referral(), asked, _journey(), LATER)
    assert again == replace(expected, command="refer")


def _at(role: Role, site: str, span: Span = LASTING) -> Appointment:
    return Appointment(role, site, ANY, ANY, span)


def _rights(*given: Appointment | Delegation) -> Rights:
    return Rights(
        "somebody",
        "person",
        "active",
        tuple(one for one in given if isinstance(one, Appointment)),
        (),
        tuple(one for one in given if isinstance(one, Delegation)),
    )


def _delegated(
    held: Appointment, *, role: Role = Role.NURSE, site: str = ANY, span: Span = LASTING
) -> Delegation:
    return Delegation(role, site, ANY, span, (held,))


NONE = Sight(frozenset(), frozenset())
NURSE, REFERS = _at(Role.NURSE, HERE), _at(Role.REFERRER, THERE)
GIVEN = _delegated(NURSE)


def _centres(*sites: str) -> Sight:
    return Sight(frozenset(sites), frozenset())


def _referred(*sites: str) -> Sight:
    return Sight(frozenset(), frozenset(sites))


@pytest.mark.parametrize(
    ("given", "sight", "held"),
    [
        ([], NONE, set()),
        ([NURSE], _centres(HERE), {Role.NURSE}),
        ([REFERS], _referred(THERE), {Role.REFERRER}),
        (
            [NURSE, REFERS],
            Sight(frozenset({HERE}), frozenset({THERE})),
            {Role.NURSE, Role.REFERRER},
        ),
        ([NURSE, _at(Role.COURIER, ANY)], _centres(HERE, ANY), {Role.NURSE, Role.COURIER}),
        ([_at(Role.NURSE, HERE, OVER)], NONE, set()),
        ([_at(Role.NURSE, HERE, COMING)], NONE, set()),
        ([_at(Role.NURSE, HERE, OVER), REFERS], _referred(THERE), {Role.REFERRER}),
    ],
)
def test_what_is_appointed_and_in_force_is_seen(
    given: list[Appointment], sight: Sight, held: set[Role]
):
    assert sees(_rights(*given), NOW) == sight
    assert roles(_rights(*given), NOW) == held


@pytest.mark.parametrize("state", ["locked", "left"])
def test_an_account_that_is_not_in_use_sees_no_site_and_has_no_role(state: str):
    rights = replace(_rights(NURSE, REFERS, GIVEN), state=state)
    assert sees(rights, NOW) == NONE
    assert roles(rights, NOW) == set()


@pytest.mark.parametrize(
    ("delegated", "site"),
    [
        (GIVEN, HERE),
        (_delegated(_at(Role.NURSE, ANY), site=HERE), HERE),
        (_delegated(_at(Role.NURSE, HERE), site=HERE), HERE),
        (_delegated(_at(Role.NURSE, ANY), site=ANY), ANY),
        (_delegated(_at(Role.NURSE, THERE), site=HERE), None),
        (_delegated(_at(Role.COURIER, HERE)), None),
        (_delegated(_at(Role.COURIER, HERE), site=THERE), None),
        (_delegated(_at(Role.NURSE, HERE, OVER)), None),
        (_delegated(_at(Role.NURSE, HERE, COMING)), None),
        (_delegated(NURSE, span=OVER), None),
        (_delegated(NURSE, span=COMING), None),
        (replace(GIVEN, held=()), None),
        (_delegated(_at(Role.QP, HERE), role=Role.QP), None),
        (_delegated(_at(Role.ADMINISTRATOR, HERE), role=Role.ADMINISTRATOR), None),
    ],
)
def test_a_delegation_shows_what_both_sides_have_in_common(delegated: Delegation, site: str | None):
    rights = _rights(delegated)
    assert sees(rights, NOW) == (NONE if site is None else _centres(site))
    assert roles(rights, NOW) == (set() if site is None else {Role.NURSE})


@pytest.mark.parametrize(
    "useless",
    [
        _delegated(_at(Role.QP, THERE), role=Role.QP),
        _delegated(NURSE, span=OVER),
        _delegated(_at(Role.COURIER, THERE)),
    ],
)
def test_a_delegation_that_gives_nothing_takes_nothing_from_the_next(useless: Delegation):
    rights = _rights(_at(Role.COURIER, THERE), useless, GIVEN)
    assert sees(rights, NOW) == _centres(THERE, HERE)
    assert roles(rights, NOW) == {Role.COURIER, Role.NURSE}


def test_a_giver_with_several_sites_gives_each_that_the_delegation_names():
    many = (_at(Role.NURSE, THERE, OVER), NURSE, _at(Role.NURSE, "RM3"), _at(Role.COURIER, "RYJ"))
    anywhere = Delegation(Role.NURSE, ANY, ANY, LASTING, many)
    assert sees(_rights(anywhere), NOW) == _centres(HERE, "RM3")
    assert sees(_rights(replace(anywhere, site="RM3")), NOW) == _centres("RM3")


def test_a_delegated_referrer_sees_what_was_referred_from_there():
    rights = _rights(_delegated(REFERS, role=Role.REFERRER))
    assert sees(rights, NOW) == _referred(THERE)
