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
            " AND certificate IS NOT NULL AND in_specification IS NOT NULL AND (in_specification"
            " OR (evaluation IS NOT NULL AND request IS NOT NULL AND evaluated_by IS NOT NULL"
            " AND requested_by IS NOT NULL AND evaluated_by <> requested_by"
            " AND certified_by <> evaluated_by AND certified_by <> requested_by)))",
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
    evaluation: str | None = None
    """The manufacturer's risk evaluation, where the batch is out of specification."""
    evaluated_by: str | None = None
    request: str | None = None
    """The treating physician's request, which follows the evaluation."""
    requested_by: str | None = None
