"""The organisation table on a real PostgreSQL: the seed goes in, what is impossible does not."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from sqlalchemy import Engine, Table, create_engine
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from deployments.embedded import running_postgres
from models.database import transaction
from models.network import Organisation, directory, listed, seed


@pytest.fixture(scope="module")
def engine(new_folder: Callable[[str], Path]) -> Iterator[Engine]:
    """A database of its own, with the seed in it."""
    with running_postgres(new_folder("state")) as databases:
        engine = create_engine(databases.owner)
        cast("Table", Organisation.__table__).create(engine)  # type: ignore[attr-defined]
        with Session(engine) as session:
            session.add_all(seed())
            session.commit()
        yield engine
        engine.dispose()


def test_the_directory_in_the_database_is_the_seed(engine: Engine) -> None:
    with transaction(engine) as connection:
        assert directory(connection) == listed(seed())


@pytest.mark.parametrize(
    ("constraint", "changes"),
    [
        ("organisation_kind", {"kind": "hospital"}),
        ("organisation_code", {"ods_code": "rrk"}),
        ("organisation_name", {"name": " "}),
        ("organisation_dates", {"opened": "2020-01-02", "closed": "2020-01-01"}),
        ("organisation_successor", {"successor": "RRK"}),
        ("organisation_successor", {"closed": "2020-01-01", "successor": "ZZZ"}),
        ("organisation_successor_known", {"closed": "2020-01-01", "successor": "ZZY"}),
        ("organisation_pkey|pk_organisation", {"ods_code": "RRK"}),
    ],
)
def test_the_database_refuses_what_cannot_be(
    engine: Engine, constraint: str, changes: dict[str, Any]
) -> None:
    right = {"ods_code": "ZZZ", "name": "A trust", "kind": "trust", "source": "test"}
    with Session(engine) as session:
        session.add(Organisation(**{**right, **changes}))
        with pytest.raises(IntegrityError, match=constraint):
            session.commit()
