"""Which record this is: one id for ever, by which its anchors are found wherever it moves."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Field, SQLModel

from models.base import check, moment
from models.database import Connection


class Installation(SQLModel, table=True):
    """The one row that says which record this is."""

    __table_args__ = (check("single", "installation_single"),)

    single: bool = Field(primary_key=True, sa_column_kwargs={"server_default": text("true")})
    id: UUID = Field(sa_column_kwargs={"server_default": text("gen_random_uuid()")})
    since: datetime = moment(sa_column_kwargs={"server_default": text("now()")})


def installation(connection: Connection) -> UUID | None:
    """The id of this record; none until its first anchor."""
    row: Any = connection.execute("SELECT id FROM installation").fetchone()
    return row[0] if row else None


def ensure_installation(connection: Connection) -> UUID:
    """The id of this record, given to it now where it has none."""
    connection.execute("INSERT INTO installation DEFAULT VALUES ON CONFLICT DO NOTHING")
    found = installation(connection)
    assert found is not None  # noqa: S101 - it was just put there
    return found
