"""One row a journey: where it is and what it waits for, as its ledger tells."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from models.base import check, digest, moment


class Journey(SQLModel, table=True):
    """One patient's way through one therapy; every column follows from the ledger."""

    __table_args__ = (
        check("version >= 1", "journey_version"),
        check("(ended IS NULL) = (ended_at IS NULL)", "journey_ended"),
        check(
            "ended IS NOT NULL OR (waits_for IS NOT NULL AND waits_owner IS NOT NULL"
            " AND waits_since IS NOT NULL AND waits_until IS NOT NULL)",
            "journey_waits_for_something",
        ),
        # A patient has one open journey a product: a second referral is a duplicate.
        Index(
            "uq_journey_open_person_product",
            "person_id",
            "product",
            unique=True,
            postgresql_where=text("ended IS NULL"),
        ),
        Index(
            "ix_journey_open_trial",
            "trial",
            postgresql_where=text("ended IS NULL AND trial IS NOT NULL"),
        ),
        Index("ix_journey_waits_until", "waits_until", postgresql_where=text("ended IS NULL")),
    )

    id: UUID = Field(primary_key=True)
    coi: str = Field(unique=True)
    person_id: UUID = Field(foreign_key="identity.person.id", index=True)
    pathway: str
    product: str = Field(index=True)
    centre: str = Field(foreign_key="organisation.ods_code", index=True)
    trial: str | None = None
    stage: str = Field(index=True)
    version: int
    head: bytes = digest()
    opened_at: datetime = moment()
    changed_at: datetime = moment()
    waits_for: str | None = None
    waits_owner: str | None = Field(default=None, index=True)
    waits_since: datetime | None = moment(default=None)
    waits_until: datetime | None = moment(default=None)
    held_by: str | None = None
    ended: str | None = None
    ended_at: datetime | None = moment(default=None)
