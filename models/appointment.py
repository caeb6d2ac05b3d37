"""What accounts are given: appointments, training, delegations; and what was changed of them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Column, Computed, ForeignKey, ForeignKeyConstraint, String, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlmodel import Field, SQLModel

from models.base import check, kept, kept_index, moment


def ended_whole(table: str) -> Any:
    """What is taken back says who did and why."""
    return check(
        "(ended_at IS NULL) = (ended_by IS NULL) AND (ended_at IS NULL) = (end_reason IS NULL)",
        f"{table}_ended",
    )


def known_site() -> Any:
    """The site once more, as an organisation of the directory; none where it is every site."""
    # As PostgreSQL writes it, so that migrations and models read the same.
    return Field(
        default=None,
        sa_column=Column(
            String,
            Computed("NULLIF((site)::text, '*'::text)", persisted=True),
            ForeignKey("organisation.ods_code"),
            nullable=True,
        ),
    )


LASTS = "tstzrange(valid_from, GREATEST(valid_from, LEAST(valid_until, ended_at)))"


class Appointment(SQLModel, table=True):
    """An account may act in a role, at a site, for a trial and a product; `*` is every one."""

    __table_args__ = (
        ForeignKeyConstraint(["account_id", "kind"], ["account.id", "account.kind"]),
        check("valid_from < valid_until", "appointment_interval"),
        check("btrim(reason) <> ''", "appointment_reason"),
        check(
            "kind = 'person' OR role IN ('system', 'referrer', 'coordinator', 'courier',"
            " 'manufacturer', 'cell-laboratory', 'quality-control')",
            "appointment_of_machine",
        ),
        check("kind = 'machine' OR role <> 'system'", "appointment_of_person"),
        check("role <> 'administrator' OR (trial, product) = ('*', '*')", "appointment_whole"),
        ended_whole("appointment"),
        # Who says who may do what does none of it: never both at any one time.
        ExcludeConstraint(
            ("account_id", "="),
            (text("((role = 'administrator')::int)"), "<>"),
            (text(LASTS), "&&"),
            name="ex_appointment_administrator_apart",
            using="gist",
        ),
        kept_index("appointment"),
    )

    id: UUID = Field(primary_key=True)
    account_id: UUID = Field(index=True)
    kind: str = Field(max_length=7)
    role: str = Field(max_length=40)
    site: str = Field(max_length=22)
    site_code: str | None = known_site()
    trial: str = Field(max_length=40)
    product: str = Field(max_length=40)
    valid_from: datetime = moment()
    valid_until: datetime = moment()
    granted_by: str = Field(max_length=120)
    reason: str = Field(max_length=400)
    ended_at: datetime | None = moment(default=None)
    ended_by: str | None = Field(default=None, max_length=120)
    end_reason: str | None = Field(default=None, max_length=400)
    kept_at: datetime | None = kept()


class Training(SQLModel, table=True):
    """A certificate for one product, with the day it runs out."""

    __table_args__ = (
        check("completed_at < expires_at", "training_interval"),
        check("product <> '*' AND btrim(product) <> ''", "training_product"),
        check("btrim(certificate) <> ''", "training_certificate"),
        ended_whole("training"),
        kept_index("training"),
    )

    id: UUID = Field(primary_key=True)
    account_id: UUID = Field(foreign_key="account.id", index=True)
    product: str = Field(max_length=40)
    kind: str = Field(max_length=40)
    completed_at: datetime = moment()
    expires_at: datetime = moment()
    certificate: str = Field(max_length=120)
    recorded_by: str = Field(max_length=120)
    ended_at: datetime | None = moment(default=None)
    ended_by: str | None = Field(default=None, max_length=120)
    end_reason: str | None = Field(default=None, max_length=400)
    kept_at: datetime | None = kept()


class Delegation(SQLModel, table=True):
    """One account lets another act in a role of its own, for a time."""

    __table_args__ = (
        check("from_id <> to_id", "delegation_to_another"),
        check("valid_from < valid_until", "delegation_interval"),
        check("role NOT IN ('qualified-person', 'administrator', 'system')", "delegation_personal"),
        ended_whole("delegation"),
        kept_index("delegation"),
    )

    id: UUID = Field(primary_key=True)
    from_id: UUID = Field(foreign_key="account.id", index=True)
    to_id: UUID = Field(foreign_key="account.id", index=True)
    role: str = Field(max_length=40)
    site: str = Field(max_length=22)
    site_code: str | None = known_site()
    trial: str = Field(max_length=40)
    valid_from: datetime = moment()
    valid_until: datetime = moment()
    signed_by: str = Field(max_length=120)
    reason: str = Field(max_length=400)
    ended_at: datetime | None = moment(default=None)
    ended_by: str | None = Field(default=None, max_length=120)
    end_reason: str | None = Field(default=None, max_length=400)
    kept_at: datetime | None = kept()


class AccountChange(SQLModel, table=True):
    """What was changed of an account: old, new, who, why and when; rows are only added."""

    __tablename__ = "account_change"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        check("btrim(reason) <> ''", "account_change_reason"),
        kept_index("account_change"),
    )

    id: UUID = Field(primary_key=True)
    account_id: UUID = Field(foreign_key="account.id", index=True)
    field: str = Field(max_length=20)
    old: str | None = Field(default=None, max_length=254)
    new: str | None = Field(default=None, max_length=254)
    changed_by: str = Field(max_length=120)
    reason: str = Field(max_length=400)
    changed_at: datetime = moment()
    kept_at: datetime | None = kept()
