"""Recalls: what is taken back, what it touches, and which journey has been told."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from models.base import check, moment


class MaterialLot(SQLModel, table=True):
    """A lot of vector, reagent, medium or disposable that went into a batch."""

    __tablename__ = "material_lot"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (Index("ix_material_lot_lot", "kind", "lot"),)

    journey_id: UUID = Field(foreign_key="journey.id", primary_key=True)
    seq: int = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    lot: str = Field(primary_key=True)
    batch: str = Field(foreign_key="batch.batch")
    recorded_at: datetime = moment()


class Recall(SQLModel, table=True):
    """A batch, lot, donation, unit or shipper that is taken back; rows are only added."""

    __table_args__ = (
        UniqueConstraint("kind", "lot", "reference"),
        check("recall_class BETWEEN 1 AND 4", "recall_class_1_to_4"),
    )

    id: UUID = Field(primary_key=True)
    kind: str
    lot: str
    recall_class: int
    reference: str
    recalled_at: datetime = moment()
    recorded_at: datetime = moment()
    recorded_by: str
    role: str


class RecallClosing(SQLModel, table=True):
    """A recall that everybody has answered; rows are only added."""

    __tablename__ = "recall_closing"  # pyright: ignore[reportAssignmentType]

    recall_id: UUID = Field(foreign_key="recall.id", primary_key=True)
    reference: str
    closed_at: datetime = moment()
    closed_by: str
    role: str


class RecallNotice(SQLModel, table=True):
    """A journey that a recall has reached, at its event `seq`."""

    __tablename__ = "recall_notice"  # pyright: ignore[reportAssignmentType]

    journey_id: UUID = Field(foreign_key="journey.id", primary_key=True)
    recall_id: UUID = Field(foreign_key="recall.id", primary_key=True)
    seq: int
    given: bool
    told_at: datetime = moment()
