"""What a stage owes an event, and what falls due when."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Column, Identity, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from models.base import check, moment


class Reaction(SQLModel, table=True):
    """A stage owes a response to an event; claimed with a lease and fenced by `fence`."""

    __table_args__ = (
        UniqueConstraint("journey_id", "seq", "stage"),
        check("(done_at IS NULL) = (outcome IS NULL)", "reaction_outcome"),
        Index(
            "ix_reaction_owed",
            "stage",
            "id",
            postgresql_where=text("done_at IS NULL"),
        ),
    )

    id: int | None = Field(
        default=None, sa_column=Column(BigInteger, Identity(always=True), primary_key=True)
    )
    journey_id: UUID = Field(foreign_key="journey.id")
    seq: int
    stage: str
    cause: str
    created_at: datetime = moment()
    not_before: datetime = moment()
    woken_at: datetime | None = moment(default=None)
    attempts: int = 0
    fence: int = 0
    claimed_by: str | None = None
    lease_until: datetime | None = moment(default=None)
    done_at: datetime | None = moment(default=None)
    outcome: str | None = None
    trouble: str | None = None


class Timer(SQLModel, table=True):
    """At `due_at` this is due. One row a deadline; fired once, for any length of outage."""

    __table_args__ = (
        Index(
            "ix_timer_due",
            "due_at",
            postgresql_where=text("fired_at IS NULL AND cancelled_at IS NULL"),
        ),
        check("fired_at IS NULL OR cancelled_at IS NULL", "timer_fired_or_cancelled"),
    )

    journey_id: UUID = Field(foreign_key="journey.id", primary_key=True)
    kind: str = Field(primary_key=True)
    due_at: datetime = moment()
    fired_at: datetime | None = moment(default=None)
    cancelled_at: datetime | None = moment(default=None)
