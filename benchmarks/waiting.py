"""Waiting for what a benchmark set going."""

import time
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Engine

from models.database import transaction

PATIENCE_S = 300.0

LEFT = (
    "SELECT count(*) FILTER (WHERE done_at IS NULL), max(done_at) FROM reaction"
    " WHERE journey_id = ANY(%s) AND stage = %s"
)
UNTOLD = "SELECT count(*) FROM outbox WHERE delivered_at IS NULL"
OWED = "SELECT count(*) FROM reaction WHERE done_at IS NULL AND not_before <= now()"


def until(holds: Callable[[], bool], *, every_s: float = 0.1) -> None:
    """Wait until something holds. Raises TimeoutError after five minutes."""
    deadline = time.monotonic() + PATIENCE_S
    while not holds():
        if time.monotonic() > deadline:
            raise TimeoutError("the installation did not do what was asked of it")
        time.sleep(every_s)


def all_answered(app: Engine, stage: str, journeys: Sequence[UUID]) -> datetime:
    """Wait until a stage owes these journeys nothing; returns when it answered the last."""
    found: list[datetime] = []

    def answered() -> bool:
        left, last = _one(app, LEFT, (list(journeys), stage))
        found[:] = [last]
        return left == 0

    until(answered)
    return found[0]


def quiet(app: Engine) -> None:
    """Wait until Prefect has been told everything and no stage owes anything that is due."""
    until(lambda: _one(app, UNTOLD)[0] == 0 and _one(app, OWED)[0] == 0)


def _one(app: Engine, query: str, values: Sequence[Any] = ()) -> Any:
    with transaction(app) as connection:
        return connection.execute(query.encode(), values).fetchone()
