"""Custody is held to a unit's last state and never rewritten; systems ask with access tokens."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0024"
down_revision: str | None = "0023"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

APPLICATION = "atmpflow_app"

# Who held and who gave stays as it was written. The rest of a row is added to it once: an end that
# was recorded too early is taken back (material was left after all), never moved.
STAYS = """
CREATE FUNCTION custody_stays() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    added jsonb := '{"ends_at": null, "receiver_scan": null}';
BEGIN
    IF to_jsonb(NEW) || added = to_jsonb(OLD) || added
        AND (OLD.ends_at IS NULL OR NEW.ends_at IS NULL OR NEW.ends_at = OLD.ends_at)
        AND (OLD.receiver_scan IS NULL OR NEW.receiver_scan IS NOT DISTINCT FROM OLD.receiver_scan)
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'custody is not rewritten'
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'custody_stays';
END $$
"""

# At the end of each transaction, whatever wrote to either table.
TO_THE_END = """
CREATE FUNCTION custody_lasts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM unit u WHERE u.unit = NEW.unit
            AND (SELECT count(*) FROM custody c WHERE c.unit = u.unit AND c.ends_at IS NULL)
                <> CASE WHEN u.state IN ('given', 'used', 'insufficient', 'destroyed', 'damaged',
                    'written-off') THEN 0 ELSE 1 END
    ) THEN
        RAISE EXCEPTION 'nobody holds a unit that is still there, or somebody one that is not'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'custody_to_the_end';
    END IF;
    RETURN NULL;
END $$
"""

# Either end of a hand-over read the unit itself, or the shipper that it lay in.
SCANNED = """
CREATE FUNCTION custody_was_scanned() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM unnest(ARRAY[NEW.giver_scan, NEW.receiver_scan]) AS scan
        WHERE scan <> NEW.unit AND NOT EXISTS (
            SELECT FROM shipment s
            WHERE s.journey_id = NEW.journey_id AND scan IN (s.sscc, s.shipper))
    ) THEN
        RAISE EXCEPTION 'what was scanned is neither the unit nor its shipper'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'custody_scanned';
    END IF;
    RETURN NULL;
END $$
"""


def upgrade() -> None:
    op.execute("SET lock_timeout = '5s'")
    _custody()
    _tokens()
    _guards()


def _custody() -> None:
    for function in (STAYS, TO_THE_END, SCANNED):
        op.execute(function)
    op.execute(
        "CREATE TRIGGER custody_stays BEFORE UPDATE ON custody"
        " FOR EACH ROW EXECUTE FUNCTION custody_stays()"
    )
    _at_the_end("custody_to_the_end", "INSERT OR UPDATE ON custody", "custody_lasts")
    _at_the_end("unit_custody_to_the_end", "INSERT OR UPDATE OF state ON unit", "custody_lasts")
    _at_the_end("custody_scanned", "INSERT OR UPDATE ON custody", "custody_was_scanned")
    op.execute(f"REVOKE UPDATE ON custody FROM {APPLICATION}")
    op.execute(f"GRANT UPDATE (ends_at, receiver_scan) ON custody TO {APPLICATION}")


def _at_the_end(trigger: str, event: str, function: str) -> None:
    op.execute(
        f"CREATE CONSTRAINT TRIGGER {trigger} AFTER {event}"
        f" DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION {function}()"
    )


def _tokens() -> None:
    op.create_table(
        "access_token",
        *(sa.Column(name, sa.Uuid(), nullable=False) for name in ("id", "account_id")),
        sa.Column("kind", sa.String(7), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        *(
            sa.Column(name, sa.DateTime(timezone=True), nullable=False)
            for name in ("valid_from", "valid_until")
        ),
        sa.Column("issued_by", sa.String(120), nullable=False),
        sa.Column("reason", sa.String(400), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.String(120), nullable=True),
        sa.Column("end_reason", sa.String(400), nullable=True),
        sa.Column(
            "kept_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        *_rules(),
        sa.ForeignKeyConstraint(
            ["account_id", "kind"],
            ["account.id", "account.kind"],
            name="fk_access_token_account_id",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_access_token"),
        sa.UniqueConstraint("token_hash", name="uq_access_token_token_hash"),
    )
    op.create_index("ix_access_token_account_id", "access_token", ["account_id"])
    op.create_index(
        "ix_access_token_kept_at", "access_token", ["kept_at"], postgresql_using="brin"
    )


def _rules() -> list[sa.CheckConstraint]:
    rules = {
        "of_machine": "kind = 'machine'",
        "digest": "octet_length(token_hash) = 32",
        "interval": "valid_from < valid_until",
        "year": "valid_until <= valid_from + interval '366 days'",
        "reason": "btrim(reason) <> ''",
        "ended": "(ended_at IS NULL) = (ended_by IS NULL)"
        " AND (ended_at IS NULL) = (end_reason IS NULL)",
    }
    return [sa.CheckConstraint(rule, name=f"access_token_{name}") for name, rule in rules.items()]


def _guards() -> None:
    for when, scope, function in (
        ("UPDATE OR DELETE", "ROW", "only_ended"),
        ("TRUNCATE", "STATEMENT", "refuse_change"),
    ):
        trigger = f"access_token_no_{scope.lower()}_change"
        op.execute(
            f"CREATE TRIGGER {trigger} BEFORE {when} ON access_token"
            f" FOR EACH {scope} EXECUTE FUNCTION {function}()"
        )
        op.execute(f"ALTER TABLE access_token ENABLE ALWAYS TRIGGER {trigger}")
    op.execute(f"GRANT SELECT, INSERT ON access_token TO {APPLICATION}")
    op.execute(
        f"GRANT UPDATE (ended_at, ended_by, end_reason) ON access_token TO {APPLICATION}"
    )
