"""Credentials: what proves who signs; only the role of the identities may read them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKeyConstraint, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from models.base import check, digest, kept, kept_index, moment, sealed


def by_person(table: str) -> tuple[Any, ...]:
    """Ties a row to a person's account: a machine's cannot be named (21 CFR 11.100)."""
    return (
        ForeignKeyConstraint(
            ["account", "kind"], ["account.username", "account.kind"], name=f"fk_{table}_account"
        ),
        check("kind = 'person'", f"{table}_person"),
    )


class Credential(SQLModel, table=True):
    """A person's password and authenticator, or their account at an identity provider."""

    __table_args__ = (
        *by_person("credential"),
        check("(password IS NULL) = (totp IS NULL)", "credential_two_components"),
        check("(issuer IS NULL) = (subject IS NULL)", "credential_subject"),
        check("password IS NOT NULL OR issuer IS NOT NULL", "credential_usable"),
        check("password LIKE '$argon2id$%'", "credential_argon2"),
        check("failed_count >= 0", "credential_failed"),
        UniqueConstraint("issuer", "subject", name="uq_credential_subject"),
    )

    account: str = Field(primary_key=True)
    kind: str
    password: str | None = None
    """Argon2id, with its cost and salt."""
    totp: bytes | None = sealed(default=None, nullable=True)
    """The authenticator's secret, sealed with a key outside the database."""
    issuer: str | None = None
    subject: str | None = None
    set_at: datetime = moment()
    failed_count: int = Field(sa_column_kwargs={"server_default": text("0")})
    locked_until: datetime | None = moment(default=None)


class Enrolment(SQLModel, table=True):
    """A code with which a person sets their own credential; who issued it never knows that."""

    __table_args__ = (
        *by_person("enrolment"),
        check("issued_by <> account", "enrolment_by_another"),
        check("issued_at < expires_at", "enrolment_interval"),
        UniqueConstraint("code_hash"),
    )

    id: UUID = Field(primary_key=True)
    account: str
    kind: str
    code_hash: bytes = digest()
    issued_by: str
    issued_at: datetime = moment()
    expires_at: datetime = moment()
    kept_at: datetime = kept()


class EnrolmentUse(SQLModel, table=True):
    """That a code was used: once."""

    __tablename__ = "enrolment_use"  # pyright: ignore[reportAssignmentType]

    enrolment_id: UUID = Field(primary_key=True, foreign_key="enrolment.id")
    used_at: datetime = moment()
    kept_at: datetime = kept()


class OtpStep(SQLModel, table=True):
    """A step of an authenticator that was used: each counts once (RFC 6238, 5.2)."""

    __tablename__ = "otp_step"  # pyright: ignore[reportAssignmentType]

    account: str = Field(primary_key=True, foreign_key="credential.account")
    step: int = Field(primary_key=True, sa_type=BigInteger)
    used_at: datetime = moment()


class SigningSeries(SQLModel, table=True):
    """A continuous period in which the password is enough after all components were given once.

    Source: 21 CFR 11.200(a)(1)(i).
    """

    __tablename__ = "signing_series"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        check("expires_at <= opened_at + interval '10 minutes'", "signing_series_short"),
    )

    id: UUID = Field(primary_key=True)
    account: str = Field(foreign_key="credential.account")
    handle_hash: bytes = digest(index=True)
    opened_at: datetime = moment()
    expires_at: datetime = moment()


class SignIn(SQLModel, table=True):
    """An attempt to prove who one is: good ones, wrong ones, and those of a locked account."""

    __tablename__ = "sign_in"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        check("outcome IN ('ok', 'refused', 'locked')", "sign_in_outcome"),
        kept_index("sign_in"),
    )

    id: UUID = Field(primary_key=True)
    account: str = Field(index=True)
    methods: str
    outcome: str
    at: datetime = moment()
    kept_at: datetime = kept()
