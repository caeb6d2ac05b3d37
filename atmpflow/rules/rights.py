"""May this account do this, now, in this role, at this site, for this trial and product?

Deny by default: nothing is allowed that an appointment or a delegation in force does not cover.
Source: 21 CFR 11.10(d) and (g); EU GMP Annex 11, 12.
"""

from collections.abc import Iterator
from datetime import datetime

from atmpflow.errors import Refused
from atmpflow.events.admission import Referred
from atmpflow.journey import Facts
from atmpflow.message import Command
from atmpflow.people import Actor, Role
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
    Sight,
)


def unknown() -> Refused:
    """What is said of a name that is no account's."""
    return Refused(
        "account-unknown",
        "actor",
        "No account has this name.",
        "Have an administrator add it (atmpflow account add; on a new installation atmpflow account"
        " first), or mend the name.",
    )


def act_of(command: Command, actor: Actor, facts: Facts | None, at: datetime) -> Act:
    """What a command would do, about the journey of `facts` or the one that it opens.

    Who refers acts where they refer from, everybody else where the patient is treated.
    """
    referral = facts.referral if facts is not None else command
    assert isinstance(referral, Referred)  # noqa: S101 - nothing else opens a journey
    refers = actor.role is Role.REFERRER
    site = referral.referring_organisation if refers else referral.treating_centre
    return Act(command.name, actor.role, at, site, referral.product, referral.trial)


def objections(rights: Rights, act: Act) -> tuple[Refused, ...]:
    """Every reason against; none where it is allowed. `act.at` is the moment that counts."""
    questions = (_usable, _signs, _apart, _appointed, _trained)
    answers = (question(rights, act) for question in questions)
    return tuple(one for one in answers if one is not None)


def may(rights: Rights, act: Act) -> bool:
    """Is there nothing against it?"""
    return not objections(rights, act)


def require_allowed(rights: Rights | None, act: Act) -> None:
    """Raises Refused with the first reason against; for no rights, `account-unknown`."""
    if rights is None:
        raise unknown()
    against = objections(rights, act)
    if against:
        raise against[0]


def may_sign(rights: Rights, role: Role) -> bool:
    """Only people sign, and only while their account is in use."""
    return rights.kind == "person" and rights.state == "active" and role is not Role.SYSTEM


def sees(rights: Rights, at: datetime) -> Sight:
    """The sites whose journeys an account may look at; nobody but an active one sees any."""
    if rights.state != "active":
        return Sight(frozenset(), frozenset())
    held = list(_held(rights, at))
    return Sight(
        frozenset(site for role, site in held if role is not Role.REFERRER),
        frozenset(site for role, site in held if role is Role.REFERRER),
    )


def roles(rights: Rights, at: datetime) -> frozenset[Role]:
    """The roles that an account may act in somewhere, now; none unless it is in use."""
    if rights.state != "active":
        return frozenset()
    return frozenset(role for role, _ in _held(rights, at))


def _held(rights: Rights, at: datetime) -> Iterator[tuple[Role, str]]:
    """Every role with its site, in force; what is delegated only where the giver has it too."""
    for one in rights.appointments:
        if one.span.holds(at):
            yield one.role, one.site
    for given in rights.delegations:
        if given.role in NOT_DELEGATED or not given.span.holds(at):
            continue
        for one in given.held:
            both = _narrower(given.site, one.site)
            if one.role is given.role and both and one.span.holds(at):
                yield given.role, both


def _narrower(one: str, other: str) -> str | None:
    """What two sites have in common."""
    if one == ANY:
        return other
    return one if other in (ANY, one) else None


def _usable(rights: Rights, act: Act) -> Refused | None:
    if rights.state == "locked":
        return Refused(
            "account-locked",
            "actor",
            "This account is locked.",
            "Have an administrator open it again (atmpflow account open).",
        )
    if rights.state == "left":
        return Refused(
            "account-left",
            "actor",
            "Whoever had this account has left.",
            "Ask under an account in use, or have an administrator open this one again.",
        )
    return None


def _signs(rights: Rights, act: Act) -> Refused | None:
    """A judgement is a person's: 21 CFR 11.50 and 11.100."""
    if rights.kind == "person" or (act.role in MACHINES and act.command not in PERSONS_ALONE):
        return None
    return Refused(
        "person-needed",
        "actor",
        f"A machine's account may not {act.command}.",
        "Somebody who answers for it must ask, under an account of their own.",
    )


def _apart(rights: Rights, act: Act) -> Refused | None:
    """Who says who may do what does none of it, nor by delegation."""
    held = (one for one in rights.appointments if one.role is Role.ADMINISTRATOR)
    if act.role is Role.ADMINISTRATOR or not any(one.span.holds(act.at) for one in held):
        return None
    return Refused(
        "administrator-apart",
        "actor",
        "Administrators hold no other role.",
        "Have somebody else do it; administrators say who may, and no more.",
    )


def _appointed(rights: Rights, act: Act) -> Refused | None:
    covered = any(_covers(one, act) for one in rights.appointments)
    if covered or any(_delegated(one, act) for one in rights.delegations):
        return None
    return Refused(
        "not-appointed",
        "actor",
        f"This account may not act as {act.role} there: not for this site, trial and product.",
        "Have an administrator appoint the account (atmpflow account appoint).",
    )


def _covers(one: Appointment, act: Act) -> bool:
    return (
        one.role is act.role
        and one.span.holds(act.at)
        and _within(one.site, act.site)
        and _within(one.product, act.product)
        and (act.site is None or _within_trial(one.trial, act.trial))
    )


def _within(given: str, asked: str | None) -> bool:
    return asked is None or given in (ANY, asked)


def _within_trial(given: str, asked: str | None) -> bool:
    """Who is appointed for one trial has no right outside it."""
    return given in (ANY, asked)


def _delegated(one: Delegation, act: Act) -> bool:
    """Nobody gives more than they have at that moment, nor what is theirs alone."""
    return (
        one.role is act.role
        and one.role not in NOT_DELEGATED
        and one.span.holds(act.at)
        and _within(one.site, act.site)
        and (act.site is None or _within_trial(one.trial, act.trial))
        and any(_covers(held, act) for held in one.held)
    )


def _trained(rights: Rights, act: Act) -> Refused | None:
    """No valid training for the product, no right: 21 CFR 11.10(i); EU GMP Part IV 3.2."""
    needed = act.role in TRAINED and act.product is not None
    if not needed or rights.kind == "machine" or act.command in NEVER_FOR_TRAINING:
        return None
    if any(one.product == act.product and one.span.holds(act.at) for one in rights.trainings):
        return None
    return Refused(
        "not-trained",
        "actor",
        f"No valid training for {act.product} is on record for this account.",
        "Complete the training and have it put on record (atmpflow account train).",
    )
