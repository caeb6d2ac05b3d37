"""Who acts: the account and the role it claims, which is never the engine's own."""

from collections.abc import Collection

import typer

from atmpflow.errors import Refused
from atmpflow.people import Actor, Role


def roles(may: Collection[Role]) -> tuple[str, ...]:
    """The roles of people among those that may."""
    return tuple(sorted(role.value for role in may if role is not Role.SYSTEM))


def acting(account: str, role: str | None, may: Collection[Role]) -> Actor:
    """The actor; the role may be left out where only one may ask.

    A role that may not ask is let through: the record refuses it and keeps the attempt.
    Raises typer.BadParameter for no role, or one that is not in the list of roles.
    """
    theirs = roles(may)
    if role is None and len(theirs) == 1:
        return Actor(account, Role(theirs[0]))
    if role is None:
        raise typer.BadParameter(f"say which: {', '.join(theirs)}", param_hint="--role")
    if role not in set(Role):
        known = ", ".join(roles(Role))
        raise typer.BadParameter(f"one of: {known}", param_hint="--role")
    return Actor(account, Role(role))


def require_person(actor: Actor) -> None:
    """Nobody but the engine acts as the engine. Raises Refused `role-not-allowed`."""
    if actor.role is Role.SYSTEM:
        raise Refused(
            "role-not-allowed",
            "actor.role",
            "The role system is the engine's own; people cannot act in it.",
            "Give the role in which you act, with --role.",
        )
