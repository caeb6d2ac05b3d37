"""What people ask beside the one door is held to the same rights."""

from uuid import UUID

from sqlalchemy import Engine

from atmpflow.people import Actor
from models.authority import require_authority, require_where
from models.database import transaction
from tasks import clock


def require_on_record(engine: Engine, actor: Actor, what: str) -> None:
    """Whoever asks is known, and holds the role now, somewhere. Raises Refused."""
    with transaction(engine) as connection:
        require_authority(connection, actor, what, clock.wall())


def require_there(engine: Engine, actor: Actor, what: str, journey: UUID) -> None:
    """Whoever asks is known, and holds the role now where the journey is. Raises Refused."""
    with transaction(engine) as connection:
        require_where(connection, actor, what, journey, clock.wall())
