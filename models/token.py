"""Tokens with which systems ask over HTTP; they end, and only their hashes are kept."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from models.appointment import ended_whole
from models.base import check, digest, kept, kept_index, moment


class AccessToken(SQLModel, table=True):
    """What a system shows to ask over HTTP: its account and role; only the hash is kept."""

    __tablename__ = "access_token"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        check("issued_at < expires_at", "access_token_interval"),
        check("issued_by <> account", "access_token_by_another"),
        check("octet_length(token_hash) = 32", "access_token_digest"),
        ended_whole("access_token"),
        Index("uq_access_token_token_hash", "token_hash", unique=True),
        kept_index("access_token"),
    )

    id: UUID = Field(primary_key=True)
    account: str = Field(foreign_key="account.username", index=True, max_length=120)
    role: str = Field(max_length=40)
    token_hash: bytes = digest()
    issued_by: str = Field(max_length=120)
    issued_at: datetime = moment()
    expires_at: datetime = moment()
    ended_at: datetime | None = moment(default=None)
    ended_by: str | None = Field(default=None, max_length=120)
    end_reason: str | None = Field(default=None, max_length=400)
    kept_at: datetime | None = kept()
