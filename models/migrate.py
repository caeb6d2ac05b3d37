"""Bringing a database to this version's tables, and telling whether it is there."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

from atmpflow.errors import Refused

MIGRATIONS = Path(__file__).parent / "migrations"


def configuration(engine: Engine | None = None) -> Config:
    """Alembic's configuration, in code: no ini file to find."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["engine"] = engine
    return config


def migrate(owner: Engine) -> None:
    """Bring the database up to the newest version. `owner` connects as the owning role."""
    command.upgrade(configuration(owner), "head")


def wanted() -> str | None:
    """The version this code is written for."""
    return ScriptDirectory.from_config(configuration()).get_current_head()


def found(engine: Engine) -> str | None:
    """The version the database has."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def require_current(engine: Engine) -> None:
    """Refuse to start on another version rather than to guess."""
    if found(engine) != wanted():
        raise Refused(
            "schema-version",
            "database",
            f"The database has version {found(engine)}, this code needs {wanted()}.",
            "Run `atmpflow up` with this version once; it migrates as the owner.",
        )
