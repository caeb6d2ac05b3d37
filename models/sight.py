"""Looking as somebody: only at journeys of the centres where they act; held by the database."""

from datetime import datetime
from uuid import UUID

from atmpflow.rights import Sight
from atmpflow.rules.rights import sees, unknown
from models.authority import rights_of
from models.database import Connection
from models.lookups import unknown_journey

DESK_ROLE = "atmpflow_desk"

SEEING = "SELECT set_config('atmpflow.sees', %s, true), set_config('atmpflow.refers', %s, true)"


def sight_of(connection: Connection, username: str, at: datetime) -> Sight:
    """Whose journeys an account may see. Raises Refused `account-unknown`."""
    rights = rights_of(connection, username)
    if rights is None:
        raise unknown()
    return sees(rights, at)


def look_as(connection: Connection, sight: Sight) -> None:
    """For the rest of this transaction, nothing else is there to be seen, and nothing is written.

    The settings go with the transaction; without them the role sees nothing at all.
    """
    values = (",".join(sorted(sight.centres)), ",".join(sorted(sight.referred)))
    connection.execute(SEEING, values)
    connection.execute(f"SET LOCAL ROLE {DESK_ROLE}".encode())


def require_sight(connection: Connection, journey: UUID, username: str, at: datetime) -> None:
    """May this account see the journey? The rest of the transaction looks as that account.

    Raises Refused `account-unknown`, or `journey-unknown`: no more is said than of none.
    """
    look_as(connection, sight_of(connection, username, at))
    if connection.execute("SELECT 1 FROM journey WHERE id = %s", (journey,)).fetchone() is None:
        raise unknown_journey()
