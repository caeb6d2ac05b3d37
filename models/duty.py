"""Duties: who must be told or must do what, by when, and who said that it was done."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from models.base import check, moment


class Duty(SQLModel, table=True):
    """One duty of one journey, opened by event `seq`; fulfilled once, by name."""

    __table_args__ = (
        check("since <= due_at", "duty_interval"),
        check(
            "(fulfilled_at IS NULL) = (fulfilled_by IS NULL)"
            " AND (fulfilled_at IS NULL) = (reference IS NULL)",
            "duty_fulfilled_whole",
        ),
        check("fulfilled_at IS NULL OR fulfilled_at >= since", "duty_fulfilled_after"),
        Index("ix_duty_open", "due_at", postgresql_where=text("fulfilled_at IS NULL")),
    )

    journey_id: UUID = Field(foreign_key="journey.id", primary_key=True)
    name: str = Field(primary_key=True)
    title: str
    owner: str
    cause: str
    seq: int
    source: str
    since: datetime = moment()
    due_at: datetime = moment()
    overdue_at: datetime | None = moment(default=None)
    fulfilled_at: datetime | None = moment(default=None)
    fulfilled_by: str | None = None
    reference: str | None = None
