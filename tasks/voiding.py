"""A signature whose record was changed stands for nothing: that is kept, and the journey held.

Source: 21 CFR 11.70; EU GMP Annex 11, 14. Done by every heartbeat; the database itself gives no
dose under such a signature in the meantime.
"""

import asyncio
from typing import Any
from uuid import UUID

from sqlalchemy import Engine

from atmpflow.commands.after import PlaceHold
from atmpflow.errors import Refused
from atmpflow.people import ENGINE
from models.database import transaction
from models.record import Request, record
from tasks import clock
from tasks.engine import engine

REASON = "signature-void"
"""What the hold says."""

BROKEN = """
SELECT b.signature_id, b.journey_id, b.reason FROM signature_broken b
JOIN journey j ON j.id = b.journey_id
WHERE (j.ended IS NULL OR %s)
    AND NOT EXISTS (SELECT FROM signature_void v WHERE v.signature_id = b.signature_id)
ORDER BY b.journey_id
"""
KEEP = (
    "INSERT INTO signature_void (signature_id, found_at, reason) VALUES (%s, %s, %s)"
    " ON CONFLICT DO NOTHING"
)


def void_changed(app: Engine, *, ended_too: bool = False) -> int:
    """Void every signature whose record is not what was signed; returns how many are new."""
    with transaction(app) as connection:
        found: Any = connection.execute(BROKEN, (ended_too,)).fetchall()
    for signature, journey, reason in found:
        _hold(app, signature, journey)  # first: held twice is an echo, not held at all is harm
        with transaction(app) as connection:
            connection.execute(KEEP, (signature, clock.wall(), reason))
    return len(found)


def _hold(app: Engine, signature: UUID, journey: UUID) -> None:
    command = PlaceHold(occurred_at=clock.wall(), reason=REASON)
    key = f"void:{signature}"
    try:
        record(app, Request(command, ENGINE, key, journey), clock.wall())
    except Refused as refused:
        if refused.code != "journey-ended":
            raise


async def void_changed_signatures() -> int:
    """`void_changed` of open journeys, beside the worker's event loop."""
    return await asyncio.to_thread(void_changed, engine())
