"""Who asks over HTTP: the machine's account whose access token came, and the role it acts in."""

from datetime import datetime
from typing import Annotated

from fastapi import Depends, Header
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from atmpflow.errors import Refused
from atmpflow.people import Actor, Role
from atmpflow.rights import Rights
from atmpflow.rules.rights import roles, unknown
from models.authority import rights_of
from models.database import transaction
from models.tokens import holder
from tasks import clock
from tasks.engine import engine

ROLE = "Atmpflow-Role"

TOKEN = HTTPBearer(auto_error=False, description="Issued by `atmpflow account token`.")


def asking(
    given: Annotated[HTTPAuthorizationCredentials | None, Depends(TOKEN)],
    role: Annotated[str | None, Header(alias=ROLE)] = None,
) -> Actor:
    """Who asks, made sure of. Raises Refused, e.g. `token-missing` or `role-not-said`."""
    if given is None:
        raise Refused(
            "token-missing",
            "Authorization",
            "The request does not say who asks.",
            "Send the access token: Authorization: Bearer atmpflow_...",
        )
    now = clock.wall()
    with transaction(engine()) as connection:
        account = holder(connection, given.credentials, now)
        rights = rights_of(connection, account)
    if rights is None:
        raise unknown()
    return Actor(account, _role(rights, role, now))


def _role(rights: Rights, said: str | None, now: datetime) -> Role:
    """The role that was named, or the only one that the account has."""
    _require_in_use(rights)
    held = roles(rights, now)
    if said is None and len(held) == 1:
        return next(iter(held))
    if said is None and held:
        raise Refused(
            "role-not-said",
            ROLE,
            "This account has several roles, and the request does not say in which it asks.",
            f"Send {ROLE} with one of: {', '.join(sorted(held))}.",
        )
    if said not in held:
        raise Refused(
            "not-appointed",
            ROLE if said else "actor",
            "This account has no such role now." if said else "This account has no role now.",
            "Have an administrator appoint the account (atmpflow account appoint).",
        )
    return Role(said)


def _require_in_use(rights: Rights) -> None:
    if rights.state != "active":
        raise Refused(
            "account-locked" if rights.state == "locked" else "account-left",
            "actor",
            "This account is not in use.",
            "Have an administrator open it again (atmpflow account open).",
        )
