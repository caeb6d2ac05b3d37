"""Migrations: they lead to the tables the models describe, from nothing and from before."""

from alembic import command
from sqlalchemy import text

from models.migrate import configuration, found, migrate, wanted
from tests.conftest import Database


def test_the_migrated_tables_are_those_of_the_models(database: Database) -> None:
    command.check(configuration(database.owner))  # raises where they differ


def test_a_database_of_any_earlier_version_comes_up_with_its_data(own_database: Database) -> None:
    owner = own_database.owner
    with owner.begin() as connection:
        connection.execute(text("DROP OWNED BY atmpflow_owner CASCADE"))
        connection.execute(text("CREATE SCHEMA IF NOT EXISTS public"))
    command.upgrade(configuration(owner), "0001")
    with owner.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO organisation (ods_code, name, kind, source)"
                " VALUES ('R0A', 'A trust', 'trust', 'typed in')"
            )
        )

    migrate(owner)

    assert found(owner) == wanted()
    with owner.connect() as connection:
        assert connection.execute(text("SELECT name FROM organisation")).scalars().all()


def test_migrating_twice_changes_nothing(own_database: Database) -> None:
    migrate(own_database.owner)

    assert found(own_database.owner) == wanted()
