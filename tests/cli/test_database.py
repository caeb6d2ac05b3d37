"""Where commands find their database: an embedded one that is made ready on the way."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from sqlmodel import Session, func, select

from atmpflow.errors import Refused
from deployments.embedded import running_postgres
from deployments.roles import plain
from deployments.settings import settings
from desk.cli.database import prepare_once, ready_database
from models.database import connect
from models.network import Organisation, seed


@pytest.fixture
def state_dir(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """A state directory with nothing in it, and no database named."""
    for name in ("ATMPFLOW_APPLICATION_URL", "ATMPFLOW_DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("ATMPFLOW_STATE_DIR", str(tmp_path))
    settings.cache_clear()
    yield tmp_path
    settings.cache_clear()


def _count() -> int:
    with ready_database() as engine, Session(engine) as session:
        return session.exec(select(func.count()).select_from(Organisation)).one()


def test_an_empty_folder_becomes_a_ready_database_that_stays(state_dir: Path) -> None:
    assert _count() == len(seed())
    with running_postgres(state_dir) as databases:
        assert _count() == len(seed())  # shared with whoever is inside
        owner = connect(databases.owner)
        with psycopg.connect(plain(databases.owner), autocommit=True) as connection:
            connection.execute("DELETE FROM organisation WHERE ods_code = 'RX1'")
            connection.execute("UPDATE organisation SET name = 'Renamed' WHERE ods_code = 'RWE'")
        assert _count() == len(seed())
        with Session(owner) as session:
            assert session.get_one(Organisation, "RWE").name == "Renamed"
        with psycopg.connect(plain(databases.owner), autocommit=True) as connection:
            connection.execute("UPDATE alembic_version SET version_num = '9999'")
        with pytest.raises(Refused) as newer:
            prepare_once(databases.owner)
        owner.dispose()
    assert newer.value.code == "schema-version"
