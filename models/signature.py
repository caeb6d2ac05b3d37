"""Signatures: challenges, what was signed, for which command it counted, and what became void."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlmodel import Field, SQLModel

from atmpflow.signing import Meaning
from models.base import check, digest, kept, kept_index, moment
from models.credential import by_person

BOUND = (
    "id", "account", "kind", "role", "meaning", "record_kind", "record_id", "version", "hash",
    "made_at", "expires_at",
)  # fmt: skip
"""What a signature has in common with its challenge."""
USED = ("id", "account", "meaning", "record_kind", "record_id", "version", "hash")
"""What the use of a signature has in common with it."""

_MEANINGS = ", ".join(f"'{meaning.value}'" for meaning in Meaning)


class Challenge(SQLModel, table=True):
    """What somebody is about to sign: one record at one version, in one meaning, for 120 s."""

    __table_args__ = (
        *by_person("challenge"),
        check("role <> 'system'", "challenge_role"),
        check(f"meaning IN ({_MEANINGS})", "challenge_meaning"),
        check("expires_at = made_at + interval '120 seconds'", "challenge_interval"),
        check("octet_length(hash) = 32 AND octet_length(nonce) = 32", "challenge_digests"),
        UniqueConstraint(*BOUND, name="uq_challenge_bound"),
        kept_index("challenge"),
    )

    id: UUID = Field(primary_key=True)
    account: str
    kind: str
    role: str
    meaning: str
    record_kind: str
    record_id: str
    version: int
    hash: bytes = digest()
    nonce: bytes = digest()
    made_at: datetime = moment()
    expires_at: datetime = moment()
    kept_at: datetime = kept()


class TrailReview(SQLModel, table=True):
    """That somebody reviewed the audit trail of a journey up to a version (Annex 11, 9)."""

    __tablename__ = "trail_review"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        *by_person("trail_review"),
        check("role <> 'system'", "trail_review_role"),
        UniqueConstraint("journey_id", "version", "account", name="uq_trail_review_once"),
        kept_index("trail_review"),
    )

    id: UUID = Field(primary_key=True)
    journey_id: UUID = Field(foreign_key="journey.id")
    account: str
    kind: str
    role: str
    version: int
    hash: bytes = digest()
    reviewed_at: datetime = moment()
    kept_at: datetime = kept()


class SignatureRow(SQLModel, table=True):
    """A signature: who, in print, meaning what, of which record as it stood, proved how and when.

    Source: 21 CFR 11.50, 11.70, 11.200; EU GMP Annex 11, 14.
    """

    __tablename__ = "signature"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        ForeignKeyConstraint(["challenge_id", *BOUND[1:]], [f"challenge.{one}" for one in BOUND]),
        *by_person("signature"),
        check("role <> 'system'", "signature_role"),
        check("btrim(printed_name) <> ''", "signature_printed_name"),
        check("signed_at >= made_at AND signed_at <= expires_at", "signature_in_time"),
        check(
            "auth_time >= made_at - interval '5 seconds'"
            " AND auth_time <= signed_at + interval '5 seconds'",
            "signature_authenticated_anew",
        ),
        check("methods <> ''", "signature_methods"),
        UniqueConstraint("challenge_id"),
        UniqueConstraint("token_hash"),
        UniqueConstraint(*USED, name="uq_signature_used"),
        kept_index("signature"),
    )

    id: UUID = Field(primary_key=True)
    challenge_id: UUID
    account: str
    kind: str
    printed_name: str
    role: str
    meaning: str
    record_kind: str
    record_id: str = Field(index=True)
    version: int
    hash: bytes = digest()
    made_at: datetime = moment()
    expires_at: datetime = moment()
    methods: str
    issuer: str | None = None
    acr: str | None = None
    auth_time: datetime = moment()
    signed_at: datetime = moment()
    token_hash: bytes = digest()
    kept_at: datetime = kept()


class SignatureUse(SQLModel, table=True):
    """The one command that a signature counted for. Who signs a matter twice is not two people."""

    __tablename__ = "signature_use"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        ForeignKeyConstraint(["signature_id", *USED[1:]], [f"signature.{one}" for one in USED]),
        ForeignKeyConstraint(["command_id"], ["command.id"], deferrable=True, initially="DEFERRED"),
        check("record_kind = 'journey' AND record_id = journey_id::text", "signature_use_record"),
        ExcludeConstraint(
            ("journey_id", "="),
            ("matter", "="),
            ("account", "="),
            ("meaning", "<>"),
            name="ex_signature_use_four_eyes",
            using="gist",
        ),
        Index(
            "uq_signature_use_once",
            "journey_id",
            "matter",
            "account",
            unique=True,
            postgresql_where=text("meaning IN ('approved', 'certified', 'released')"),
        ),
        kept_index("signature_use"),
    )

    signature_id: UUID = Field(primary_key=True)
    command_id: UUID = Field(index=True)
    journey_id: UUID = Field(foreign_key="journey.id")
    account: str
    meaning: str
    record_kind: str
    record_id: str
    version: int
    hash: bytes = digest()
    matter: str
    used_at: datetime = moment()
    kept_at: datetime = kept()


class SignatureVoid(SQLModel, table=True):
    """That a signature stands for nothing any more: what was signed was changed."""

    __tablename__ = "signature_void"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (kept_index("signature_void"),)

    signature_id: UUID = Field(primary_key=True, foreign_key="signature.id")
    found_at: datetime = moment()
    reason: str
    kept_at: datetime = kept()


class SignaturePolicy(SQLModel, table=True):
    """Since when commands that need a signature are refused without one; there is no way back."""

    __tablename__ = "signature_policy"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (check("single", "signature_policy_single"), kept_index("signature_policy"))

    single: bool = Field(primary_key=True, sa_column_kwargs={"server_default": text("true")})
    since: datetime = moment()
    account: str
    kept_at: datetime = kept()
