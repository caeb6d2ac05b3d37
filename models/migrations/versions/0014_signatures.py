"""Signatures: credentials, challenges, signatures bound to a record, and where they are demanded."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0014"
down_revision: str | None = "0013"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

APPLICATION = "atmpflow_app"
IDENTITY = "atmpflow_identity"

SECRET = ("credential", "enrolment", "enrolment_use", "otp_step", "signing_series")
"""What shows or proves a secret: only the role of the identities may read it."""
TOLD = {
    "credential": "account, kind, set_at, failed_count, locked_until",
    "enrolment": "id, account, issued_by, issued_at, expires_at",
    "enrolment_use": "enrolment_id, used_at",
    "otp_step": "account, used_at",
    "signing_series": "id, account, opened_at, expires_at",
}
"""What the application may say of them: whether somebody is enrolled, and since when."""
KEPT = (
    "sign_in", "challenge", "trail_review", "signature", "signature_use", "signature_void",
    "signature_policy",
)  # fmt: skip
ADDED_TO = (*KEPT, "enrolment", "enrolment_use", "otp_step", "signing_series")
"""Rows are only ever added."""

BOUND = ("id", "account", "kind", "role", "meaning", "record_kind", "record_id", "version", "hash",
         "made_at", "expires_at")  # fmt: skip
USED = ("id", "account", "meaning", "record_kind", "record_id", "version", "hash")
MEANINGS = "'authored', 'reviewed', 'approved', 'certified', 'released', 'witnessed', 'responsible'"

# What is signed or reviewed is what stands in the ledger at that version.
REFUSE_ELSEWHERE = """
CREATE FUNCTION signed_as_it_stands() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    of uuid := CASE TG_TABLE_NAME WHEN 'challenge'
        THEN to_jsonb(NEW) ->> 'record_id' ELSE to_jsonb(NEW) ->> 'journey_id' END;
BEGIN
    IF NOT EXISTS (
        SELECT FROM ledger l WHERE l.journey_id = of AND l.seq = NEW.version AND l.hash = NEW.hash
    ) THEN
        RAISE EXCEPTION 'the record is not what is to be signed'
            USING ERRCODE = 'foreign_key_violation', CONSTRAINT = TG_NAME;
    END IF;
    RETURN NEW;
END $$
"""

# One row says since when signatures are demanded; there is no way back.
REFUSE_UNSIGNED = """
CREATE FUNCTION refuse_unsigned() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    wanted text := CASE NEW.name WHEN 'batch.certified' THEN 'certified'
        WHEN 'product.accepted' THEN 'released' WHEN 'risk.evaluated' THEN 'authored'
        WHEN 'oos_product.requested' THEN 'responsible' ELSE 'approved' END;
BEGIN
    IF NOT EXISTS (SELECT FROM signature_policy) THEN
        RETURN NULL;
    END IF;
    IF NOT EXISTS (
        SELECT FROM signature_use u WHERE u.command_id = NEW.command_id AND u.account = NEW.actor
            AND u.meaning = wanted AND u.journey_id = NEW.journey_id
            AND u.version = NEW.seq - 1 AND u.hash = NEW.previous
    ) THEN
        RAISE EXCEPTION 'this is not signed'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_signed';
    END IF;
    RETURN NULL;
END $$
"""
REFUSE_UNREVIEWED = """
CREATE FUNCTION refuse_unreviewed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM signature_policy) AND NOT EXISTS (
        SELECT FROM trail_review r WHERE r.journey_id = NEW.journey_id AND r.account = NEW.actor
            AND r.version = NEW.seq - 1 AND r.hash = NEW.previous
    ) THEN
        RAISE EXCEPTION 'the audit trail was not reviewed'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_trail_reviewed';
    END IF;
    RETURN NULL;
END $$
"""
REFUSE_ALONE = """
CREATE FUNCTION refuse_alone() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM signature_policy) AND NOT EXISTS (
        SELECT FROM signature_use u WHERE u.command_id = NEW.command_id
            AND u.account <> NEW.actor AND u.meaning = 'reviewed'
            AND u.version = NEW.seq - 1 AND u.hash = NEW.previous
    ) THEN
        RAISE EXCEPTION 'nobody else has signed'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_seconded';
    END IF;
    RETURN NULL;
END $$
"""
SIGNED = (
    "'batch.certified', 'product.accepted', 'risk.evaluated', 'oos_product.requested',"
    " 'hold.lift_agreed', 'deviation.accepted'"
)

# A signature whose record is no longer what was signed stands for nothing.
STANDING = """
CREATE VIEW signature_broken (signature_id, journey_id, reason) AS
SELECT u.signature_id, u.journey_id, CASE
    WHEN l.hash IS DISTINCT FROM u.hash THEN 'record-altered'
    WHEN d.previous IS DISTINCT FROM u.hash THEN 'record-followed-otherwise'
    ELSE 'record-changed' END
FROM signature_use u
LEFT JOIN ledger l ON l.journey_id = u.journey_id AND l.seq = u.version
LEFT JOIN ledger d ON d.journey_id = u.journey_id AND d.seq = u.version + 1
WHERE l.hash IS DISTINCT FROM u.hash OR d.previous IS DISTINCT FROM u.hash OR (
    u.meaning = 'certified' AND EXISTS (
        SELECT FROM ledger c WHERE c.journey_id = u.journey_id AND c.seq > u.version + 1
            AND c.name ~ '^(manufacture|quality|release)[.]' AND NOT EXISTS (
                SELECT FROM ledger o WHERE o.journey_id = u.journey_id
                    AND o.name = 'batch.opened' AND o.seq > u.version AND o.seq < c.seq)))
"""
REFUSE_VOID = """
CREATE FUNCTION refuse_void() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM signature_broken b WHERE b.journey_id = NEW.journey_id) THEN
        RAISE EXCEPTION 'what was signed was changed'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'administration_signatures_stand';
    END IF;
    RETURN NEW;
END $$
"""


GUARDS = (
    REFUSE_ELSEWHERE, REFUSE_UNSIGNED, REFUSE_UNREVIEWED, REFUSE_ALONE, STANDING, REFUSE_VOID,
)  # fmt: skip


def word(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(), nullable=nullable)


def moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def octets(name: str, *, nullable: bool = False) -> sa.Column[bytes]:
    return sa.Column(name, sa.LargeBinary(), nullable=nullable)


def ident(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.Uuid(), nullable=False)


def kept() -> sa.Column[object]:
    now = sa.text("now()")
    return sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False, server_default=now)


def person(table: str) -> tuple[sa.schema.SchemaItem, ...]:
    """A person's account: a machine's cannot be named."""
    return (
        sa.ForeignKeyConstraint(
            ["account", "kind"], ["account.username", "account.kind"], name=f"fk_{table}_account"
        ),
        sa.CheckConstraint("kind = 'person'", name=f"{table}_person"),
    )


def upgrade() -> None:
    op.execute("SET lock_timeout = '5s'")
    op.create_unique_constraint("uq_account_username_kind", "account", ["username", "kind"])
    _credentials()
    _challenges()
    _signatures()
    _uses()
    for statement in GUARDS:
        op.execute(statement)
    _triggers()
    _grants()


def _credentials() -> None:
    op.create_table(
        "credential",
        word("account"), word("kind"), word("password", nullable=True),
        octets("totp", nullable=True), word("issuer", nullable=True),
        word("subject", nullable=True), moment("set_at"),
        sa.Column("failed_count", sa.Integer(), nullable=False, server_default=sa.text("0")),
        moment("locked_until", nullable=True),
        *person("credential"),
        sa.CheckConstraint("(password IS NULL) = (totp IS NULL)", name="credential_two_components"),
        sa.CheckConstraint("(issuer IS NULL) = (subject IS NULL)", name="credential_subject"),
        sa.CheckConstraint("password IS NOT NULL OR issuer IS NOT NULL", name="credential_usable"),
        sa.CheckConstraint("password LIKE '$argon2id$%'", name="credential_argon2"),
        sa.CheckConstraint("failed_count >= 0", name="credential_failed"),
        sa.PrimaryKeyConstraint("account", name="pk_credential"),
        sa.UniqueConstraint("issuer", "subject", name="uq_credential_subject"),
    )  # fmt: skip
    op.create_table(
        "enrolment",
        ident("id"), word("account"), word("kind"), octets("code_hash"), word("issued_by"),
        moment("issued_at"), moment("expires_at"), kept(),
        *person("enrolment"),
        sa.CheckConstraint("issued_by <> account", name="enrolment_by_another"),
        sa.CheckConstraint("issued_at < expires_at", name="enrolment_interval"),
        sa.PrimaryKeyConstraint("id", name="pk_enrolment"),
        sa.UniqueConstraint("code_hash", name="uq_enrolment_code_hash"),
    )  # fmt: skip
    op.create_table(
        "enrolment_use",
        ident("enrolment_id"), moment("used_at"), kept(),
        sa.ForeignKeyConstraint(
            ["enrolment_id"], ["enrolment.id"], name="fk_enrolment_use_enrolment_id"
        ),
        sa.PrimaryKeyConstraint("enrolment_id", name="pk_enrolment_use"),
    )  # fmt: skip
    op.create_table(
        "otp_step",
        word("account"), sa.Column("step", sa.BigInteger(), nullable=False), moment("used_at"),
        sa.ForeignKeyConstraint(["account"], ["credential.account"], name="fk_otp_step_account"),
        sa.PrimaryKeyConstraint("account", "step", name="pk_otp_step"),
    )  # fmt: skip
    op.create_table(
        "signing_series",
        ident("id"), word("account"), octets("handle_hash"), moment("opened_at"),
        moment("expires_at"),
        sa.ForeignKeyConstraint(
            ["account"], ["credential.account"], name="fk_signing_series_account"
        ),
        sa.CheckConstraint(
            "expires_at <= opened_at + interval '10 minutes'", name="signing_series_short"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_signing_series"),
    )  # fmt: skip
    op.create_index("ix_signing_series_handle_hash", "signing_series", ["handle_hash"])


def _challenges() -> None:
    op.create_table(
        "sign_in",
        ident("id"), word("account"), word("methods"), word("outcome"), moment("at"), kept(),
        sa.CheckConstraint(
            "outcome IN ('ok', 'refused', 'locked')", name="sign_in_outcome"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_sign_in"),
    )  # fmt: skip
    op.create_index("ix_sign_in_account", "sign_in", ["account"])
    op.create_table(
        "challenge",
        ident("id"), word("account"), word("kind"), word("role"), word("meaning"),
        word("record_kind"), word("record_id"), sa.Column("version", sa.Integer(), nullable=False),
        octets("hash"), octets("nonce"), moment("made_at"), moment("expires_at"), kept(),
        *person("challenge"),
        sa.CheckConstraint("role <> 'system'", name="challenge_role"),
        sa.CheckConstraint(f"meaning IN ({MEANINGS})", name="challenge_meaning"),
        sa.CheckConstraint(
            "expires_at = made_at + interval '120 seconds'", name="challenge_interval"
        ),
        sa.CheckConstraint(
            "octet_length(hash) = 32 AND octet_length(nonce) = 32", name="challenge_digests"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_challenge"),
        sa.UniqueConstraint(*BOUND, name="uq_challenge_bound"),
    )  # fmt: skip
    op.create_table(
        "trail_review",
        ident("id"), ident("journey_id"), word("account"), word("kind"), word("role"),
        sa.Column("version", sa.Integer(), nullable=False), octets("hash"), moment("reviewed_at"),
        kept(),
        *person("trail_review"),
        sa.ForeignKeyConstraint(["journey_id"], ["journey.id"], name="fk_trail_review_journey_id"),
        sa.CheckConstraint("role <> 'system'", name="trail_review_role"),
        sa.PrimaryKeyConstraint("id", name="pk_trail_review"),
        sa.UniqueConstraint(
            "journey_id", "version", "account", name="uq_trail_review_once"
        ),
    )  # fmt: skip


def _signatures() -> None:
    op.create_table(
        "signature",
        ident("id"), ident("challenge_id"), word("account"), word("kind"), word("printed_name"),
        word("role"), word("meaning"), word("record_kind"), word("record_id"),
        sa.Column("version", sa.Integer(), nullable=False), octets("hash"), moment("made_at"),
        moment("expires_at"), word("methods"), word("issuer", nullable=True),
        word("acr", nullable=True), moment("auth_time"), moment("signed_at"),
        octets("token_hash"), kept(),
        sa.ForeignKeyConstraint(
            ["challenge_id", *BOUND[1:]], [f"challenge.{name}" for name in BOUND],
            name="fk_signature_challenge_id",
        ),
        *person("signature"),
        sa.CheckConstraint("role <> 'system'", name="signature_role"),
        sa.CheckConstraint("btrim(printed_name) <> ''", name="signature_printed_name"),
        sa.CheckConstraint(
            "signed_at >= made_at AND signed_at <= expires_at", name="signature_in_time"
        ),
        sa.CheckConstraint(
            "auth_time >= made_at - interval '5 seconds'"
            " AND auth_time <= signed_at + interval '5 seconds'",
            name="signature_authenticated_anew",
        ),
        sa.CheckConstraint("methods <> ''", name="signature_methods"),
        sa.PrimaryKeyConstraint("id", name="pk_signature"),
        sa.UniqueConstraint("challenge_id", name="uq_signature_challenge_id"),
        sa.UniqueConstraint("token_hash", name="uq_signature_token_hash"),
        sa.UniqueConstraint(*USED, name="uq_signature_used"),
    )  # fmt: skip
    op.create_index("ix_signature_record_id", "signature", ["record_id"])
    op.create_table(
        "signature_void",
        ident("signature_id"), moment("found_at"), word("reason"), kept(),
        sa.ForeignKeyConstraint(
            ["signature_id"], ["signature.id"], name="fk_signature_void_signature_id"
        ),
        sa.PrimaryKeyConstraint("signature_id", name="pk_signature_void"),
    )  # fmt: skip
    op.create_table(
        "signature_policy",
        sa.Column("single", sa.Boolean(), nullable=False, server_default=sa.text("true")),
        moment("since"), word("account"), kept(),
        sa.CheckConstraint("single", name="signature_policy_single"),
        sa.PrimaryKeyConstraint("single", name="pk_signature_policy"),
    )  # fmt: skip


def _uses() -> None:
    op.create_table(
        "signature_use",
        ident("signature_id"), ident("command_id"), ident("journey_id"), word("account"),
        word("meaning"), word("record_kind"), word("record_id"),
        sa.Column("version", sa.Integer(), nullable=False), octets("hash"), word("matter"),
        moment("used_at"), kept(),
        sa.ForeignKeyConstraint(
            ["signature_id", *USED[1:]], [f"signature.{name}" for name in USED],
            name="fk_signature_use_signature_id",
        ),
        sa.ForeignKeyConstraint(
            ["command_id"], ["command.id"], name="fk_signature_use_command_id",
            deferrable=True, initially="DEFERRED",
        ),
        sa.ForeignKeyConstraint(["journey_id"], ["journey.id"], name="fk_signature_use_journey_id"),
        sa.CheckConstraint(
            "record_kind = 'journey' AND record_id = journey_id::text", name="signature_use_record"
        ),
        sa.PrimaryKeyConstraint("signature_id", name="pk_signature_use"),
        # One person signs a matter in one meaning only: two meanings are two people.
        sa.dialects.postgresql.ExcludeConstraint(
            ("journey_id", "="), ("matter", "="), ("account", "="), ("meaning", "<>"),
            name="ex_signature_use_four_eyes", using="gist",
        ),
    )  # fmt: skip
    op.create_index(
        "uq_signature_use_once", "signature_use", ["journey_id", "matter", "account"], unique=True,
        postgresql_where=sa.text("meaning IN ('approved', 'certified', 'released')"),
    )  # fmt: skip
    op.create_index("ix_signature_use_command_id", "signature_use", ["command_id"])


def _triggers() -> None:
    for table in ADDED_TO:
        for when, scope in (("UPDATE OR DELETE", "ROW"), ("TRUNCATE", "STATEMENT")):
            trigger = f"{table}_no_{scope.lower()}_change"
            op.execute(
                f"CREATE TRIGGER {trigger} BEFORE {when} ON {table}"
                f" FOR EACH {scope} EXECUTE FUNCTION refuse_change()"
            )
            op.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {trigger}")
    for table in KEPT:
        op.create_index(f"ix_{table}_kept_at", table, ["kept_at"], postgresql_using="brin")
    op.execute(
        "CREATE TRIGGER challenge_as_it_stands BEFORE INSERT ON challenge FOR EACH ROW"
        " WHEN (NEW.record_kind = 'journey') EXECUTE FUNCTION signed_as_it_stands()"
    )
    op.execute(
        "CREATE TRIGGER trail_review_as_it_stands BEFORE INSERT ON trail_review"
        " FOR EACH ROW EXECUTE FUNCTION signed_as_it_stands()"
    )
    op.execute(
        "CREATE TRIGGER ledger_signed AFTER INSERT ON ledger"
        f" FOR EACH ROW WHEN (NEW.name IN ({SIGNED})) EXECUTE FUNCTION refuse_unsigned()"
    )
    op.execute(
        "CREATE TRIGGER ledger_trail_reviewed AFTER INSERT ON ledger FOR EACH ROW"
        " WHEN (NEW.name = 'batch.certified') EXECUTE FUNCTION refuse_unreviewed()"
    )
    op.execute(
        "CREATE TRIGGER ledger_seconded AFTER INSERT ON ledger FOR EACH ROW"
        " WHEN (NEW.name = 'deviation.accepted') EXECUTE FUNCTION refuse_alone()"
    )
    op.execute(
        "CREATE TRIGGER administration_signatures_stand BEFORE INSERT ON administration"
        " FOR EACH ROW EXECUTE FUNCTION refuse_void()"
    )


def _grants() -> None:
    op.execute(f"GRANT USAGE ON SCHEMA public TO {IDENTITY}")
    op.execute(f"GRANT SELECT, INSERT ON {', '.join(SECRET)}, sign_in TO {IDENTITY}")
    op.execute(
        "GRANT UPDATE (password, totp, issuer, subject, set_at, failed_count, locked_until)"
        f" ON credential TO {IDENTITY}"
    )
    op.execute(f"GRANT SELECT ON account TO {IDENTITY}")
    op.execute(f"GRANT SELECT, INSERT ON {', '.join(KEPT)} TO {APPLICATION}")
    for table, columns in TOLD.items():
        op.execute(f"GRANT SELECT ({columns}) ON {table} TO {APPLICATION}")
    op.execute(f"GRANT SELECT ON signature_broken TO {APPLICATION}")
