"""The append-only table of events, hash-chained per journey."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from models.base import check, digest, document, kept, kept_index, moment


class LedgerEvent(SQLModel, table=True):
    """One fact. Rows are only ever added: grants, triggers and the chain see to it."""

    __tablename__ = "ledger"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        UniqueConstraint("id"),
        check("seq >= 1", "ledger_seq"),
        check("octet_length(hash) = 32 AND octet_length(previous) = 32", "ledger_digests"),
    )

    journey_id: UUID = Field(foreign_key="journey.id", primary_key=True)
    seq: int = Field(primary_key=True)
    id: UUID
    name: str = Field(index=True)
    stage: str
    actor: str
    role: str
    occurred_at: datetime = moment()
    recorded_at: datetime = moment(index=True)
    command_id: UUID = Field(foreign_key="command.id", index=True)
    payload: dict[str, Any] = document()
    previous: bytes = digest()
    hash: bytes = digest()


class ReceivedCommand(SQLModel, table=True):
    """Every command that came in: accepted, rejected, or a duplicate of one that was accepted."""

    __tablename__ = "command"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        check("(outcome = 'rejected') = (code IS NOT NULL)", "command_rejection_has_code"),
        check("outcome IN ('accepted', 'rejected', 'duplicate')", "command_outcome"),
        # The same key is applied once; rejections keep theirs and may be tried again.
        Index(
            "uq_command_accepted_key",
            "key",
            unique=True,
            postgresql_where=text("outcome = 'accepted'"),
        ),
        kept_index("command"),
    )

    id: UUID = Field(primary_key=True)
    journey_id: UUID | None = Field(default=None, index=True)
    name: str
    actor: str
    role: str
    key: str
    content_hash: bytes = digest()
    expected_version: int | None = None
    payload: dict[str, Any] = document()
    received_at: datetime = moment(index=True)
    outcome: str = Field(index=True)
    version: int | None = None
    code: str | None = None
    field: str | None = None
    message: str | None = None
    remedy: str | None = None
    source: bytes | None = digest(default=None)
    kept_at: datetime = kept()


class Outbox(SQLModel, table=True):
    """Events that Prefect has still to be told; written with the event, marked when delivered."""

    event_id: UUID = Field(primary_key=True, foreign_key="ledger.id")
    recorded_at: datetime = moment()
    delivered_at: datetime | None = moment(default=None)
