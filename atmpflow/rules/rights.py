"""May this account do this, now, in this role, at this site, for this trial and product?

Deny by default: nothing is allowed that an appointment or a delegation in force does not cover.
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
from atmpflow.verdict import Reason, Verdict, verdict

PART_11 = "21 CFR 11.10(d) and (g); EU GMP Annex 11, 12"
TRAINING = "21 CFR 11.10(i); EU GMP Part IV 3.2"
SIGNING = "21 CFR 11.50 and 11.100: a signature is a person's"

REMEDIES = {
    "account-unknown": "Have an administrator add it (atmpflow account add), or mend the name.",
    "account-locked": "Have an administrator open it again (atmpflow account open).",
    "account-left": "Ask under an account in use, or have an administrator open this one again.",
    "person-needed": "Somebody who answers for it must ask, under an account of their own.",
    "administrator-apart": "Have somebody else do it; administrators say who may, and no more.",
    "not-appointed": "Have an administrator appoint the account (atmpflow account appoint).",
    "not-trained": "Complete the training and have it put on record (atmpflow account train).",
}
"""What would be right, by what was wrong."""


def unknown() -> Refused:
    """What is said of a name that is no account's."""
    return refusal(Reason("account-unknown", "No account has this name.", PART_11))


def refusal(reason: Reason) -> Refused:
    """What the first reason means to whoever asked."""
    return Refused(reason.code, "actor", reason.found, REMEDIES[reason.code])


def act_of(command: Command, actor: Actor, facts: Facts | None, at: datetime) -> Act:
    """What a command would do, about the journey of `facts` or the one that it opens.

    Who refers acts where they refer from, everybody else where the patient is treated.
    """
    referral = facts.referral if facts is not None else command
    assert isinstance(referral, Referred)  # noqa: S101 - nothing else opens a journey
    refers = actor.role is Role.REFERRER
    site = referral.referring_organisation if refers else referral.treating_centre
    return Act(command.name, actor.role, at, site, referral.product, referral.trial)


def may(rights: Rights, act: Act) -> Verdict:
    """Every reason against. Pure: `act.at` is the moment that counts."""
    questions = (_signs, _apart, _appointed, _trained)
    return verdict((_usable(rights), *(question(rights, act) for question in questions)))


def require(rights: Rights | None, act: Act) -> None:
    """Raises Refused with the first reason against; for no rights, `account-unknown`."""
    if rights is None:
        raise unknown()
    found = may(rights, act)
    if not found.allowed:
        raise refusal(found.against[0])


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


def _usable(rights: Rights) -> Reason | None:
    if rights.state == "active":
        return None
    said = {"locked": "This account is locked.", "left": "Whoever had this account has left."}
    return Reason(f"account-{rights.state}", said[rights.state], PART_11)


def _signs(rights: Rights, act: Act) -> Reason | None:
    if rights.kind == "person":
        return None
    if act.role in MACHINES and act.command not in PERSONS_ALONE:
        return None
    return Reason("person-needed", f"A machine's account may not {act.command}.", SIGNING)


def _apart(rights: Rights, act: Act) -> Reason | None:
    """Who says who may do what does none of it, nor by delegation."""
    if act.role is Role.ADMINISTRATOR:
        return None
    for one in rights.appointments:
        if one.role is Role.ADMINISTRATOR and one.span.holds(act.at):
            return Reason("administrator-apart", "Administrators hold no other role.", PART_11)
    return None


def _appointed(rights: Rights, act: Act) -> Reason | None:
    covered = any(_covers(one, act) for one in rights.appointments)
    if covered or any(_delegated(one, act) for one in rights.delegations):
        return None
    found = f"This account may not act as {act.role} there: not for this site, trial and product."
    return Reason("not-appointed", found, PART_11)


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


def _trained(rights: Rights, act: Act) -> Reason | None:
    needed = act.role in TRAINED and act.product is not None
    if not needed or rights.kind == "machine" or act.command in NEVER_FOR_TRAINING:
        return None
    if any(one.product == act.product and one.span.holds(act.at) for one in rights.trainings):
        return None
    found = f"No valid training for {act.product} is on record for this account."
    return Reason("not-trained", found, TRAINING)
