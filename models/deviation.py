"""Deviations: what a shipment leg was quarantined for, by unit, until somebody has decided."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Field, SQLModel

from models.base import check, moment, unit_of_journey


class Deviation(SQLModel, table=True):
    """One unit that was quarantined by event `seq`: nothing is done with it until it is decided."""

    __table_args__ = (
        unit_of_journey(),
        check(
            "decision IS NULL OR decision IN ('accepted', 'rejected', 'written-off')",
            "deviation_decision",
        ),
        check(
            "(decision IS NULL) = (decided_at IS NULL)"
            " AND (decision IS NULL) = (decided_by IS NULL)"
            " AND (decision IS NULL OR justification IS NOT NULL AND decided_by <> '')",
            "deviation_decided_whole",
        ),
        check("due_at > opened_at AND owner <> '' AND reasons <> ''", "deviation_owned"),
    )

    journey_id: UUID = Field(foreign_key="journey.id", primary_key=True)
    seq: int = Field(primary_key=True)
    unit: str = Field(primary_key=True, index=True)
    shipment_id: UUID = Field(foreign_key="shipment.id")
    leg: str
    reasons: str
    """Codes of what speaks against the leg."""
    owner: str
    opened_at: datetime = moment()
    due_at: datetime = moment()
    decision: str | None = None
    justification: str | None = None
    decided_at: datetime | None = moment(default=None)
    decided_by: str | None = None
