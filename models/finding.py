"""Findings: what a compliance check holds against a record, until it is gone or decided on."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Column, Identity, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from models.base import check, moment


class Finding(SQLModel, table=True):
    """One check against one subject; opened once, closed once, never deleted.

    That a closed one stays as it is, and that none is deleted, is held by triggers.
    """

    __table_args__ = (
        check("severity IN ('minor', 'major', 'critical')", "finding_severity"),
        check("escalated BETWEEN 0 AND 2", "finding_escalated"),
        check("last_seen_at >= opened_at", "finding_seen"),
        check("closed_at IS NULL OR closed_at >= opened_at", "finding_closed_after"),
        check(
            "(closed_at IS NULL) = (closed_how IS NULL)"
            " AND coalesce(closed_how IN ('by-itself', 'decision'), TRUE)",
            "finding_closed_how",
        ),
        check(
            "(coalesce(closed_how, '') = 'decision') = (decided_by IS NOT NULL)"
            " AND (decided_by IS NULL) = (justification IS NULL)"
            " AND (decided_by IS NULL) = (decided_role IS NULL)"
            " AND coalesce(btrim(justification) <> '', TRUE)",
            "finding_decided_whole",
        ),
        check("signature_id IS NULL OR decided_by IS NOT NULL", "finding_signed"),
        UniqueConstraint("signature_id"),
        Index(
            "uq_finding_open",
            "check_id",
            "subject",
            unique=True,
            postgresql_where=text("closed_at IS NULL"),
        ),
        Index("ix_finding_open_journey", "journey_id", postgresql_where=text("closed_at IS NULL")),
        Index(
            "ix_finding_decided",
            "check_id",
            "subject",
            "closed_at",
            postgresql_where=text("closed_how = 'decision'"),
        ),
    )

    id: UUID = Field(
        primary_key=True, sa_column_kwargs={"server_default": text("gen_random_uuid()")}
    )
    check_id: str = Field(max_length=40)
    subject: str = Field(max_length=200)
    """What it is held against: a journey, unit, account, organisation or part of the system."""
    journey_id: UUID | None = Field(default=None, foreign_key="journey.id")
    severity: str = Field(max_length=8)
    owner: str = Field(max_length=40)
    found: str = Field(max_length=400)
    """The evidence, in fixed words and moments: another evidence is another finding."""
    opened_at: datetime = moment()
    last_seen_at: datetime = moment()
    escalated: int = Field(default=0, sa_column_kwargs={"server_default": text("0")})
    """Who should know: 0 the owner, 1 the compliance officer too, 2 the administrator too."""
    escalated_at: datetime | None = moment(default=None)
    closed_at: datetime | None = moment(default=None)
    closed_how: str | None = Field(default=None, max_length=9)
    decided_by: str | None = Field(default=None, max_length=120)
    decided_role: str | None = Field(default=None, max_length=40)
    justification: str | None = Field(default=None, max_length=400)
    signature_id: UUID | None = Field(default=None, foreign_key="signature.id")


class Sweep(SQLModel, table=True):
    """One run of the checks of one cadence, and up to which moment it has seen everything."""

    __table_args__ = (
        check("cadence IN ('hourly', 'daily', 'weekly')", "sweep_cadence"),
        check("extent IN ('full', 'changed')", "sweep_extent"),
        check("began_at <= ended_at", "sweep_interval"),
        Index("ix_sweep_cadence", "cadence", "id"),
    )

    id: int | None = Field(
        default=None, sa_column=Column(BigInteger, Identity(always=True), primary_key=True)
    )
    cadence: str = Field(max_length=6)
    extent: str = Field(max_length=7)
    began_at: datetime = moment()
    ended_at: datetime = moment()
    until: datetime = moment()
    """By the database's clock: what was kept later, the next one looks at."""
    due: datetime = moment()
    """By the clock that deadlines are held against: what falls due later, the next one looks at."""
    checks: str = Field(max_length=64)
    """Digest of the checks and their thresholds: changed ones look at everything again."""
    looked: int
    opened: int
    closed: int
