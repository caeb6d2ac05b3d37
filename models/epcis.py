"""What partners sent as EPCIS: documents as they came, each event once, what became of each."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Column, Identity, Index, String, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, SQLModel

from models.base import check, digest, document, kept, kept_index, moment

OUTCOMES = ("recorded", "known", "readings", "refused", "unknown", "nothing")
"""What became of an event: a command was recorded; the record already said so; its temperatures
wait for the leg's end; refused by the record; its shipment is not certain; nothing to do."""


def _texts() -> Any:
    return Field(sa_column=Column(ARRAY(String()), nullable=False))


class EpcisDocument(SQLModel, table=True):
    """A document as it came in."""

    __tablename__ = "epcis_document"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        check("sha256 = sha256(content)", "epcis_document_digest"),
        kept_index("epcis_document"),
    )

    sha256: bytes = digest(primary_key=True)
    content: bytes
    kept_at: datetime = kept()


class EpcisCapture(SQLModel, table=True):
    """One sending of a document: by whom, what was new in it, and what was wrong."""

    __tablename__ = "epcis_capture"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        check("behaviour IN ('rollback', 'proceed')", "epcis_capture_behaviour"),
        check("events >= 0 AND duplicates BETWEEN 0 AND events", "epcis_capture_counts"),
        kept_index("epcis_capture"),
    )

    id: UUID = Field(primary_key=True)
    sha256: bytes = digest(foreign_key="epcis_document.sha256")
    partner: str = Field(max_length=120, index=True)
    behaviour: str = Field(max_length=8)
    received_at: datetime = moment()
    success: bool
    events: int
    duplicates: int
    problems: list[dict[str, str]] = document()
    kept_at: datetime = kept()


class EpcisEvent(SQLModel, table=True):
    """One event, kept once by its event hash id; a declaration that it is wrong is another."""

    __tablename__ = "epcis_event"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        UniqueConstraint("hash", "declared"),
        check("hash ~ '^ni:///sha-256;[0-9a-f]{64}[?]ver=CBV2[.]0$'", "epcis_event_hash"),
        check("place >= 0", "epcis_event_place"),
        Index("ix_epcis_event_things", "things", postgresql_using="gin"),
        kept_index("epcis_event"),
    )

    number: int | None = Field(
        default=None, sa_column=Column(BigInteger, Identity(always=True), primary_key=True)
    )
    hash: str = Field(max_length=100)
    declared: str = Field(max_length=40)
    """When it was declared wrong; empty for the event itself."""
    capture_id: UUID = Field(foreign_key="epcis_capture.id", index=True)
    place: int
    partner: str = Field(max_length=120)
    event_id: str = Field(max_length=2000, index=True)
    kind: str = Field(max_length=20)
    event_time: datetime = moment(index=True)
    recorded_at: datetime = moment()
    action: str | None = Field(default=None, max_length=7)
    biz_step: str | None = Field(default=None, max_length=2000)
    disposition: str | None = Field(default=None, max_length=2000)
    epcs: list[str] = _texts()
    things: list[str] = _texts()
    content: dict[str, Any] = document()
    prefixes: dict[str, Any] = document()
    kept_at: datetime = kept()


class EpcisOutcome(SQLModel, table=True):
    """What became of an event at one attempt; the last attempt counts."""

    __tablename__ = "epcis_outcome"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        check("attempt >= 1", "epcis_outcome_attempt"),
        check(
            "outcome IN ('recorded', 'known', 'readings', 'refused', 'unknown', 'nothing')",
            "epcis_outcome_known",
        ),
        check(
            "(outcome IN ('recorded', 'known', 'readings')) <= (shipment_id IS NOT NULL)"
            " AND (outcome = 'recorded') <= (command IS NOT NULL)"
            " AND (outcome IN ('refused', 'unknown')) = (code IS NOT NULL)",
            "epcis_outcome_whole",
        ),
        kept_index("epcis_outcome"),
    )

    number: int = Field(
        primary_key=True,
        sa_type=BigInteger,
        foreign_key="epcis_event.number",
        sa_column_kwargs={"autoincrement": False},
    )
    attempt: int = Field(primary_key=True)
    outcome: str = Field(max_length=8)
    happened_at: datetime = moment()
    journey_id: UUID | None = Field(default=None, foreign_key="journey.id", index=True)
    shipment_id: UUID | None = Field(default=None, foreign_key="shipment.id", index=True)
    command: str | None = Field(default=None, max_length=60)
    code: str | None = Field(default=None, max_length=60)
    kept_at: datetime = kept()
