"""Accounts, person or machine, never erased or reused; and the tokens that systems ask with."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from models.base import check, digest, kept, kept_index, moment

STATES = ("active", "locked", "left")
"""A locked account is opened again by an administrator, as is one whose person comes back."""


class Account(SQLModel, table=True):
    """Somebody, or some system, that may ask. The row stays: old records keep their author."""

    __table_args__ = (
        UniqueConstraint("username"),
        # Appointments refer to an account together with its kind.
        UniqueConstraint("id", "kind"),
        # So do signatures, by username.
        UniqueConstraint("username", "kind"),
        check("kind IN ('person', 'machine')", "account_kind"),
        check("state IN ('active', 'locked', 'left')", "account_state"),
        check("username <> '' AND username = btrim(username)", "account_username"),
        check("btrim(printed_name) <> ''", "account_printed_name"),
        check(
            "organisation IS NOT NULL OR state = 'left' OR kind = 'machine'",
            "account_organisation",
        ),
        check("(state = 'left') = (left_at IS NOT NULL)", "account_left"),
        kept_index("account"),
    )

    id: UUID = Field(primary_key=True)
    username: str = Field(max_length=120)
    """As it stands in the ledger's `actor`; no personal data is needed in it."""
    kind: str = Field(max_length=7)
    printed_name: str = Field(max_length=200)
    """As it is printed beside a signature (21 CFR 11.50)."""
    email: str | None = Field(default=None, max_length=254)
    organisation: str | None = Field(default=None, foreign_key="organisation.ods_code")
    state: str = Field(max_length=6)
    created_at: datetime = moment()
    created_by: str = Field(max_length=120)
    left_at: datetime | None = moment(default=None)
    stamp: UUID | None = Field(
        default=None,
        nullable=False,
        sa_column_kwargs={"server_default": text("gen_random_uuid()")},
    )
    """Another with every change of what the account may do: what is remembered of it is stale."""
    kept_at: datetime | None = kept()


class AccessToken(SQLModel, table=True):
    """What another system proves with, over HTTP, which machine's account it is.

    A person has none: whoever made it could act as they. Only the token's digest is kept.
    """

    __tablename__ = "access_token"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        ForeignKeyConstraint(["account_id", "kind"], ["account.id", "account.kind"]),
        UniqueConstraint("token_hash"),
        check("kind = 'machine'", "access_token_of_machine"),
        check("octet_length(token_hash) = 32", "access_token_digest"),
        check("valid_from < valid_until", "access_token_interval"),
        check("valid_until <= valid_from + interval '366 days'", "access_token_year"),
        check("btrim(reason) <> ''", "access_token_reason"),
        check(
            "(ended_at IS NULL) = (ended_by IS NULL) AND (ended_at IS NULL) = (end_reason IS NULL)",
            "access_token_ended",
        ),
        kept_index("access_token"),
    )

    id: UUID = Field(primary_key=True)
    account_id: UUID = Field(index=True)
    kind: str = Field(max_length=7)
    token_hash: bytes = digest()
    valid_from: datetime = moment()
    valid_until: datetime = moment()
    issued_by: str = Field(max_length=120)
    reason: str = Field(max_length=400)
    ended_at: datetime | None = moment(default=None)
    ended_by: str | None = Field(default=None, max_length=120)
    end_reason: str | None = Field(default=None, max_length=400)
    kept_at: datetime | None = kept()
