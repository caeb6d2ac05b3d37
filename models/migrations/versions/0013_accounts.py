"""Accounts: everybody who asks is known; who asked before is enrolled as having left."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0013"
down_revision: str | None = "0012"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

APPLICATION = "atmpflow_app"

# A username belongs to one account for ever (21 CFR 11.100), and nobody who left a trace goes.
ONLY_STATE = """
CREATE FUNCTION account_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND (OLD.id, OLD.username, OLD.kind, OLD.created_at, OLD.created_by)
        = (NEW.id, NEW.username, NEW.kind, NEW.created_at, NEW.created_by)
        AND NEW.kept_at = OLD.kept_at THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'accounts stay, and keep their username and kind'
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'account_stays';
END $$
"""

OWN = """
INSERT INTO account (id, username, kind, printed_name, state, created_at, created_by)
VALUES (gen_random_uuid(), 'atmpflow', 'machine', 'atmpflow, the engine', 'active', now(), 'atmpflow'),
    (gen_random_uuid(), 'prefect-form', 'machine', 'Referral form in Prefect', 'active', now(),
        'atmpflow')
"""

BEFORE = """
INSERT INTO account (id, username, kind, printed_name, state, created_at, created_by, left_at)
SELECT gen_random_uuid(), asked.username, 'person', 'unknown', 'left', min(asked.at), 'atmpflow',
    max(asked.at)
FROM (
    SELECT actor, received_at FROM command
    UNION ALL SELECT actor, recorded_at FROM ledger
    UNION ALL SELECT recorded_by, recorded_at FROM recall
    UNION ALL SELECT closed_by, closed_at FROM recall_closing
    UNION ALL SELECT actor, looked_at FROM identity.access
    UNION ALL SELECT destroyed_by, destroyed_at FROM identity.sealing_key
        WHERE destroyed_by IS NOT NULL
) AS asked (username, at)
WHERE asked.username <> '' AND asked.username = btrim(asked.username)
    AND length(asked.username) <= 120
GROUP BY asked.username
ON CONFLICT (username) DO NOTHING
"""


def upgrade() -> None:
    op.execute("SET lock_timeout = '5s'")
    _table()
    op.execute(OWN)
    op.execute(BEFORE)
    _guards()
    op.execute(f"GRANT SELECT, INSERT ON account TO {APPLICATION}")
    op.execute(
        "GRANT UPDATE (printed_name, email, organisation, state, left_at, stamp) ON account"
        f" TO {APPLICATION}"
    )


def _table() -> None:
    op.create_table(
        "account",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("username", sa.String(120), nullable=False),
        sa.Column("kind", sa.String(7), nullable=False),
        sa.Column("printed_name", sa.String(200), nullable=False),
        sa.Column("email", sa.String(254), nullable=True),
        sa.Column("organisation", sa.String(), nullable=True),
        sa.Column("state", sa.String(6), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(120), nullable=False),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stamp", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column(
            "kept_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.CheckConstraint("kind IN ('person', 'machine')", name="account_kind"),
        sa.CheckConstraint("state IN ('active', 'locked', 'left')", name="account_state"),
        sa.CheckConstraint(
            "username <> '' AND username = btrim(username)", name="account_username"
        ),
        sa.CheckConstraint("btrim(printed_name) <> ''", name="account_printed_name"),
        sa.CheckConstraint(
            "organisation IS NOT NULL OR state = 'left' OR kind = 'machine'",
            name="account_organisation",
        ),
        sa.CheckConstraint("(state = 'left') = (left_at IS NOT NULL)", name="account_left"),
        sa.ForeignKeyConstraint(
            ["organisation"], ["organisation.ods_code"], name="fk_account_organisation"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_account"),
        sa.UniqueConstraint("username", name="uq_account_username"),
        sa.UniqueConstraint("id", "kind", name="uq_account_id_kind"),
    )
    op.create_index("ix_account_kept_at", "account", ["kept_at"], postgresql_using="brin")


def _guards() -> None:
    op.execute(ONLY_STATE)
    for when, scope, function in (
        ("UPDATE OR DELETE", "ROW", "account_stays"),
        ("TRUNCATE", "STATEMENT", "refuse_change"),
    ):
        trigger = f"account_no_{scope.lower()}_change"
        op.execute(
            f"CREATE TRIGGER {trigger} BEFORE {when} ON account"
            f" FOR EACH {scope} EXECUTE FUNCTION {function}()"
        )
        op.execute(f"ALTER TABLE account ENABLE ALWAYS TRIGGER {trigger}")
