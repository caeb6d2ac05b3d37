"""Who the patients are: the only place with names, in a schema of its own."""

from datetime import date, datetime
from uuid import UUID

from sqlmodel import Field, SQLModel

from models.base import check, digest, moment


class Person(SQLModel, table=True):
    """A patient's identity. Everything else in the system knows only `id`."""

    __table_args__ = (
        check("nhs_number ~ '^[0-9]{10}$'", "person_nhs_number"),
        {"schema": "identity"},
    )

    id: UUID = Field(primary_key=True)
    nhs_number: str = Field(unique=True)
    family_name: str
    given_name: str
    birth_date: date
    sex: str
    recorded_at: datetime = moment()


class Received(SQLModel, table=True):
    """A file or message as it came in, byte for byte, with what became of it."""

    __table_args__ = ({"schema": "identity"},)

    sha256: bytes = digest(primary_key=True)
    filename: str
    content: bytes
    received_at: datetime = moment()
    received_from: str
