"""Hand-overs have a giver and two scans, and follow on the one before; shippers' codes; prints."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0016"
down_revision: str | None = "0015"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

APPLICATION = "atmpflow_app"

# Custody of earlier versions: who gave is who held it before, and what was scanned is in the
# ledger of the leg that the hand-over belongs to.
GIVERS = """
UPDATE custody c SET giver = before.holder
FROM custody before
WHERE before.unit = c.unit AND before.starts_at = (
    SELECT max(b.starts_at) FROM custody b WHERE b.unit = c.unit AND b.starts_at < c.starts_at)
"""

SCANS = """
WITH moved AS (
    SELECT journey_id, seq, name, occurred_at FROM ledger
    WHERE name IN ('shipment.collected', 'shipment.delivered')
), scanned AS (
    SELECT m.journey_id, m.name, m.occurred_at, s.payload ->> 'scanned_unit' AS unit
    FROM moved m CROSS JOIN LATERAL (
        SELECT l.payload FROM ledger l
        WHERE l.journey_id = m.journey_id AND CASE m.name
            WHEN 'shipment.collected' THEN l.name = 'shipment.packed' AND l.seq < m.seq
            ELSE l.name = 'shipment.received' AND l.seq > m.seq AND NOT EXISTS (
                SELECT FROM ledger later WHERE later.journey_id = m.journey_id
                    AND later.name = 'shipment.delivered' AND later.seq > m.seq
                    AND later.seq < l.seq) END
        ORDER BY abs(l.seq - m.seq) LIMIT 1) AS s
)
UPDATE custody c SET
    giver_scan = CASE s.name WHEN 'shipment.collected' THEN s.unit END,
    receiver_scan = CASE s.name WHEN 'shipment.delivered' THEN s.unit END
FROM scanned s
WHERE s.journey_id = c.journey_id AND s.unit = c.unit AND s.occurred_at = c.starts_at
    AND c.giver IS NOT NULL
"""

# At the end of each transaction: no instant between two holders, and whoever gives held it.
FOLLOWS = """
CREATE FUNCTION custody_follows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM (
            SELECT starts_at, giver, row_number() OVER along AS turn,
                lag(ends_at) OVER along AS given_up_at, lag(holder) OVER along AS held_by
            FROM custody WHERE unit = NEW.unit WINDOW along AS (ORDER BY starts_at)) AS c
        WHERE CASE WHEN turn = 1 THEN giver IS NOT NULL
            ELSE (given_up_at = starts_at AND giver = held_by) IS NOT TRUE END
    ) THEN
        RAISE EXCEPTION 'custody does not follow on the holder before'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'custody_contiguous';
    END IF;
    RETURN NULL;
END $$
"""


def upgrade() -> None:
    op.execute("SET lock_timeout = '5s'")
    _custody()
    _shippers()
    _prints()


def _custody() -> None:
    for name in ("giver", "giver_scan", "receiver_scan"):
        op.add_column("custody", sa.Column(name, sa.String(), nullable=True))
    op.execute(GIVERS)
    op.execute(SCANS)
    op.create_check_constraint(
        "custody_scans",
        "custody",
        "giver IS NOT NULL OR giver_scan IS NULL AND receiver_scan IS NULL",
    )
    op.create_check_constraint("custody_changes_hands", "custody", "giver <> holder")
    op.execute(FOLLOWS)
    op.execute(
        "CREATE CONSTRAINT TRIGGER custody_contiguous AFTER INSERT OR UPDATE ON custody"
        " DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION custody_follows()"
    )


def _shippers() -> None:
    op.add_column("shipment", sa.Column("sscc", sa.String(), nullable=True))
    op.create_check_constraint("shipment_sscc", "shipment", "sscc ~ '^[0-9]{18}$'")
    op.create_unique_constraint("uq_shipment_sscc", "shipment", ["sscc"])
    op.create_table(
        "sscc_counter",
        sa.Column("company_prefix", sa.String(12), nullable=False),
        sa.Column("used", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("company_prefix ~ '^[0-9]{4,12}$'", name="sscc_counter_prefix"),
        sa.CheckConstraint("used > 0", name="sscc_counter_used"),
        sa.PrimaryKeyConstraint("company_prefix", name="pk_sscc_counter"),
    )
    op.execute(f"GRANT SELECT, INSERT, UPDATE (used) ON sscc_counter TO {APPLICATION}")


def _prints() -> None:
    op.create_table(
        "label_print",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("journey_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("subject", sa.String(120), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("copy_number", sa.Integer(), nullable=False),
        sa.Column("format", sa.String(8), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("printed_by", sa.String(120), nullable=False),
        sa.Column("printed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "kept_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.CheckConstraint("kind IN ('unit', 'shipper', 'patient')", name="label_print_kind"),
        sa.CheckConstraint("version >= 1 AND copy_number >= 1", name="label_print_count"),
        sa.CheckConstraint("btrim(printed_by) <> ''", name="label_print_by"),
        sa.ForeignKeyConstraint(["journey_id"], ["journey.id"], name="fk_label_print_journey_id"),
        sa.PrimaryKeyConstraint("id", name="pk_label_print"),
        sa.UniqueConstraint(
            "journey_id",
            "kind",
            "subject",
            "version",
            "copy_number",
            name="uq_label_print_journey_id_kind_subject_version_copy_number",
        ),
    )
    op.create_index("ix_label_print_kept_at", "label_print", ["kept_at"], postgresql_using="brin")
    for when, scope in (("UPDATE OR DELETE", "ROW"), ("TRUNCATE", "STATEMENT")):
        trigger = f"label_print_no_{scope.lower()}_change"
        op.execute(
            f"CREATE TRIGGER {trigger} BEFORE {when} ON label_print"
            f" FOR EACH {scope} EXECUTE FUNCTION refuse_change()"
        )
        op.execute(f"ALTER TABLE label_print ENABLE ALWAYS TRIGGER {trigger}")
    op.execute(f"GRANT SELECT, INSERT ON label_print TO {APPLICATION}")
