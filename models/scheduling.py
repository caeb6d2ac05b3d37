"""Slots: a resource is held for one journey at a time."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlmodel import Field, SQLModel

from models.base import check, moment


class SlotBooking(SQLModel, table=True):
    """One resource held for one journey; the database refuses an overlap."""

    __tablename__ = "slot"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        check("starts_at < ends_at", "slot_interval"),
        Index("ix_slot_ends_at", "ends_at", postgresql_where=text("released_at IS NULL")),
        ExcludeConstraint(
            ("resource", "="),
            (text("tstzrange(starts_at, ends_at)"), "&&"),
            name="ex_slot_one_journey",
            using="gist",
            where=text("released_at IS NULL"),
        ),
    )

    journey_id: UUID = Field(foreign_key="journey.id", primary_key=True)
    seq: int = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    resource: str
    starts_at: datetime = moment()
    ends_at: datetime = moment()
    released_at: datetime | None = moment(default=None)
