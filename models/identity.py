"""Who the patients are: the only place with names, sealed, in a schema under a role of its own."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from models.base import check, digest, kept, kept_index, moment, sealed

IDENTITY = {"schema": "identity"}


class Person(SQLModel, table=True):
    """A patient's identity, each value sealed. Everything else in the system knows only `id`."""

    __table_args__ = (UniqueConstraint("nhs_index"), kept_index("person"), IDENTITY)

    id: UUID = Field(primary_key=True)
    nhs_index: bytes | None = digest(default=None, nullable=True)
    """Blind index of the NHS number; empty once the identity was erased."""
    nhs_number: bytes = sealed()
    family_name: bytes = sealed()
    given_name: bytes = sealed()
    birth_date: bytes = sealed()
    sex: bytes = sealed()
    recorded_at: datetime = moment()
    kept_at: datetime = kept()


class Received(SQLModel, table=True):
    """A file or message as it came in, byte for byte and sealed, with who sent it."""

    __table_args__ = (kept_index("received"), IDENTITY)

    sha256: bytes = digest(primary_key=True)
    """Of the content as it came in."""
    filename: bytes = sealed()
    content: bytes = sealed()
    sealed_sha256: bytes = digest()
    """Of the sealed content, so that the checker needs no key."""
    received_at: datetime = moment()
    received_from: str
    kept_at: datetime = kept()


class SealingKey(SQLModel, table=True):
    """The key of one person or file, wrapped by the master key; emptied to erase."""

    __tablename__ = "sealing_key"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        check("(wrapped IS NULL) = (destroyed_at IS NOT NULL)", "sealing_key_destroyed"),
        check(
            "(destroyed_at IS NULL) = (destroyed_by IS NULL)"
            " AND (destroyed_at IS NULL) = (reason IS NULL)",
            "sealing_key_destroyed_whole",
        ),
        kept_index("sealing_key"),
        IDENTITY,
    )

    subject: str = Field(primary_key=True)
    """person:ID or file:SHA-256"""
    wrapped: bytes | None = sealed(default=None, nullable=True)
    created_at: datetime = moment()
    destroyed_at: datetime | None = moment(default=None)
    destroyed_by: str | None = None
    reason: str | None = None
    kept_at: datetime = kept()


class Access(SQLModel, table=True):
    """Who looked at an identity, when and why; only ever added to."""

    __table_args__ = (
        check("btrim(reason) <> ''", "access_reason"),
        kept_index("access"),
        IDENTITY,
    )

    id: UUID = Field(primary_key=True)
    person_id: UUID = Field(foreign_key="identity.person.id", index=True)
    actor: str
    role: str
    reason: str
    looked_at: datetime = moment()
    kept_at: datetime = kept()


class KeyCheck(SQLModel, table=True):
    """Which master key this database was sealed with: another one is refused, not guessed at."""

    __tablename__ = "key_check"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (IDENTITY,)

    fingerprint: bytes = digest(primary_key=True)
    since: datetime = moment()
