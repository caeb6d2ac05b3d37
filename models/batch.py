"""Batches: made by one, checked by another, certified by a third."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Field, SQLModel

from models.base import check, moment


class Batch(SQLModel, table=True):
    """One batch of an autologous product. The QP has neither made nor checked it (Annex 16)."""

    __table_args__ = (
        check(
            "certified_by IS NULL OR (certified_by <> made_by AND certified_by <> checked_by)",
            "batch_qp_independent",
        ),
        check(
            "certified_by IS NULL OR (made_by IS NOT NULL AND checked_by IS NOT NULL"
            " AND certificate IS NOT NULL AND in_specification)",
            "batch_certified_whole",
        ),
    )

    batch: str = Field(primary_key=True)
    journey_id: UUID = Field(foreign_key="journey.id", index=True)
    opened_at: datetime = moment()
    started_at: datetime | None = moment(default=None)
    completed_at: datetime | None = moment(default=None)
    made_by: str | None = None
    checked_by: str | None = None
    in_specification: bool | None = None
    certified_by: str | None = None
    certified_at: datetime | None = moment(default=None)
    certificate: str | None = None
    rejected_at: datetime | None = moment(default=None)
