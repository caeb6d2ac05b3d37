"""Identity checks at the bedside and the doses given."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from models.base import check, moment, unit_of_journey


class IdentityCheck(SQLModel, table=True):
    """One scan of wristband and label by one person; failed ones stay."""

    __tablename__ = "identity_check"  # pyright: ignore[reportAssignmentType]

    journey_id: UUID = Field(foreign_key="journey.id", primary_key=True)
    seq: int = Field(primary_key=True)
    dose: int
    phase: str
    checker: str
    scanned_unit: str
    matches: bool
    checked_at: datetime = moment()


class Administration(SQLModel, table=True):
    """One dose given: one planned dose once, one unit once, two different checkers."""

    __table_args__ = (
        unit_of_journey(),
        UniqueConstraint("unit"),
        check("first_checker <> second_checker", "administration_four_eyes"),
        check("first_checker <> '' AND second_checker <> ''", "administration_checked"),
        check("started_at <= ended_at", "administration_interval"),
    )

    journey_id: UUID = Field(foreign_key="journey.id", primary_key=True)
    dose: int = Field(primary_key=True)
    unit: str
    started_at: datetime = moment()
    ended_at: datetime = moment()
    volume_ml: float
    given_by: str
    first_checker: str
    second_checker: str


class Visit(SQLModel, table=True):
    """One visit of the follow-up plan."""

    __tablename__ = "follow_up_visit"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        Index(
            "ix_follow_up_visit_due",
            "due_at",
            postgresql_where=text("recorded_at IS NULL"),
        ),
    )

    journey_id: UUID = Field(foreign_key="journey.id", primary_key=True)
    day: int = Field(primary_key=True)
    due_at: datetime = moment()
    recorded_at: datetime | None = moment(default=None)


class Consent(SQLModel, table=True):
    """One scope a patient agreed to, each withdrawable on its own."""

    journey_id: UUID = Field(foreign_key="journey.id", primary_key=True)
    scope: str = Field(primary_key=True)
    given_at: datetime = moment()
    withdrawn_at: datetime | None = moment(default=None)
