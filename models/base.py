"""What tables have in common: UTC moments, JSON documents, and checks in plain SQL."""

from typing import Any

from sqlalchemy import CheckConstraint, DateTime, ForeignKeyConstraint, Index, LargeBinary, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

SQLModel.metadata.naming_convention = NAMING


def moment(**options: Any) -> Any:
    """A point in time, `timestamptz`; always handed in and out with its zone."""
    return Field(sa_type=DateTime(timezone=True), **options)  # pyright: ignore[reportCallIssue, reportArgumentType]


def document(**options: Any) -> Any:
    """A JSON document, `jsonb`."""
    return Field(sa_type=JSONB, **options)  # pyright: ignore[reportCallIssue, reportArgumentType]


def digest(**options: Any) -> Any:
    """A SHA-256 digest, 32 bytes."""
    return Field(sa_type=LargeBinary, **options)  # pyright: ignore[reportCallIssue, reportArgumentType]


def check(rule: str, name: str) -> CheckConstraint:
    """A rule about one row, held by the database."""
    return CheckConstraint(rule, name=name)


def unit_of_journey() -> ForeignKeyConstraint:
    """Ties a row to a unit and to the journey that owns it, for ever: both or neither."""
    return ForeignKeyConstraint(["unit", "journey_id"], ["unit.unit", "unit.journey_id"])


def sealed(**options: Any) -> Any:
    """Ciphertext, `bytea`: nonce and AES-256-GCM."""
    return Field(sa_type=LargeBinary, **options)  # pyright: ignore[reportCallIssue, reportArgumentType]


def kept() -> Any:
    """When the database itself kept a row: anchors go by it, for no sender can choose it."""
    return moment(default=None, nullable=False, sa_column_kwargs={"server_default": text("now()")})


def kept_index(table: str) -> Index:
    """Finds what was kept between two moments; tiny, as rows lie in that order."""
    return Index(f"ix_{table}_kept_at", "kept_at", postgresql_using="brin")
