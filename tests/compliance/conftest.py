"""A small world that checks look at: a journey finished, one at release, one in transit."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest

from models.compliance.sweep import Moments
from tests.conftest import Database, copied, serving
from tests.factories import finished, journey_at

ADDED_TO = ("ledger", "logger_file", "signature_use", "training", "appointment")
FOUR_EYES = (
    ("batch", "batch_qp_independent"),
    ("administration", "administration_four_eyes"),
    ("unit_label", "unit_label_four_eyes"),
)
"""What keeps even the owner from making the world wrong."""


@dataclass(frozen=True)
class World:
    """The database with its journeys, and the moment at which the checks look."""

    database: Database
    values: dict[str, Any]
    at: Moments

    def journey(self, name: str) -> UUID:
        return self.values[name]


@pytest.fixture(scope="module")
def world(prepared_database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder: Path = tmp_path_factory.mktemp("compliance")
    with copied(prepared_database, folder) as database, serving(database):
        journeys = {
            "done": finished(database.app).journey,
            "made": journey_at(database.app, "certify-batch").journey,
            "moving": journey_at(database.app, "receive-shipment").journey,
        }
        now = datetime.now(UTC)
        yield World(database, {**journeys, "now": now}, Moments(now, now))


@pytest.fixture
def superuser(world: World) -> Iterator[psycopg.Connection[Any]]:
    """Writes what the application cannot, past every trigger and reference; undone at the end."""
    with psycopg.connect(world.database.administrator) as connection:
        connection.execute("SET session_replication_role = replica")
        for table in ADDED_TO:
            connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER ALL".encode())
        for table, name in FOUR_EYES:
            connection.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}".encode())
        connection.execute("SET timezone = 'UTC'")
        yield connection
        connection.rollback()
