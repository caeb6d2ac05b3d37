"""Do the tables keep the twenty invariants? Only reads, and shares no code with the engine."""

import json
import os
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from importlib import resources
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg

from models.invariants import chain, key
from models.invariants.anchors import Anchoring, held_against
from models.invariants.statement import Invariant, invariants

Connection = psycopg.Connection[Any]

PATIENCE = timedelta(minutes=2)
"""How long something due may wait: a beat of the heartbeat, and a minute to answer it."""

ALSO: Mapping[str, Callable[[Connection], Iterator[chain.Found]]] = {"17": chain.broken}
"""What plain SQL cannot say of an invariant, by its number."""


@dataclass(frozen=True, slots=True)
class Violation:
    """An invariant that does not hold, where, and what was found; never anything personal."""

    number: str
    name: str
    journey: UUID | None
    found: str


@dataclass(frozen=True, slots=True)
class Report:
    """What was checked, what does not hold, and what has no subject in the tables yet."""

    violations: Sequence[Violation]
    checked: Sequence[Invariant]

    @property
    def not_yet(self) -> Mapping[str, str]:
        """By number, the part of an invariant that cannot be checked yet and why."""
        return {one.number: one.not_yet for one in self.checked if one.not_yet}


def read_products() -> dict[str, Any]:
    """Every product file by its code, as TOML says it: the package's and ATMPFLOW_PRODUCTS'."""
    more = os.environ.get("ATMPFLOW_PRODUCTS")
    folders = [resources.files("atmpflow") / "products", *([Path(more)] if more else [])]
    files = (file for folder in folders for file in folder.iterdir() if file.name.endswith(".toml"))
    found = (tomllib.loads(file.read_text(encoding="utf-8")) for file in files)
    return {product["code"]: product for product in found}


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What is not in the tables: the time, how long things may wait, the limits of the products.

    `now` is the moment that deadlines are held against, `wall` the one at which things are
    recorded; they differ where time is simulated.
    """

    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    wall: datetime = field(default_factory=lambda: datetime.now(UTC))
    patience: timedelta = PATIENCE
    products: Mapping[str, Any] = field(default_factory=read_products)
    anchoring: Anchoring | None = None
    """The anchors, read before the tables are: a newer one would hold what the snapshot lacks."""


def check(connection: Connection, circumstances: Circumstances | None = None) -> Report:
    """Everything in the tables that breaks an invariant.

    It must be the first thing in its transaction, which it makes one read-only snapshot, so that
    commands that come in meanwhile break nothing.
    """
    connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
    # It holds nobody up, and may compute for long between two queries.
    connection.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
    return looked(connection, circumstances or Circumstances())


def looked(connection: Connection, circumstances: Circumstances) -> Report:
    """Everything that breaks an invariant, as this transaction sees the tables."""
    _tell(connection, circumstances)
    every = invariants()
    violations = [found for one in every for found in _violations(connection, one)]
    found, notes = _held_against_anchors(connection, circumstances.anchoring)
    return Report([*violations, *found], [_noted(one, notes) for one in every])


TRAIL = "17"
"""The invariant that anchors belong to."""


def _held_against_anchors(
    connection: Connection, anchoring: Anchoring | None
) -> tuple[list[Violation], Sequence[str]]:
    name = next(one.name for one in invariants() if one.number == TRAIL)
    try:
        with connection.transaction():
            checked = held_against(connection, anchoring)
    except psycopg.Error as error:
        return [Violation(TRAIL, name, None, f"cannot be checked: {error.sqlstate}")], ()
    return [Violation(TRAIL, name, *found) for found in checked.found], checked.notes


def _noted(one: Invariant, notes: Sequence[str]) -> Invariant:
    if one.number != TRAIL or not notes:
        return one
    return replace(one, not_yet="; ".join([*notes, one.not_yet]))


def _tell(connection: Connection, circumstances: Circumstances) -> None:
    """Let the queries know the circumstances, for this transaction."""
    inner, outer = key.index_pads()
    settings = {
        "now": circumstances.now.isoformat(),
        "wall": circumstances.wall.isoformat(),
        "patience": f"{circumstances.patience.total_seconds()} seconds",
        "products": json.dumps(circumstances.products, default=str),
        "index_inner": inner.hex(),
        "index_outer": outer.hex(),
    }
    for name, value in settings.items():
        connection.execute("SELECT set_config(%s, %s, TRUE)", (f"atmpflow.{name}", value))


def _violations(connection: Connection, one: Invariant) -> list[Violation]:
    """What one invariant finds; a table so damaged that it cannot be asked is found, too."""
    if not one.query:
        return []
    try:
        with connection.transaction():
            found = connection.execute(one.query.encode()).fetchall()
            found += ALSO[one.number](connection) if one.number in ALSO else ()
    except psycopg.Error as error:
        return [Violation(one.number, one.name, None, f"cannot be checked: {error.sqlstate}")]
    return [Violation(one.number, one.name, journey, what) for journey, what in found]
