"""Recalls: lots in batches, what a recall touches, and no dose of what is taken back."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0008"
down_revision: str | None = "0007"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

APPLICATION = "atmpflow_app"


def words(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.String(), nullable=False) for name in names]


def moments(*names: str) -> list[sa.Column[object]]:
    return [sa.Column(name, sa.DateTime(timezone=True), nullable=False) for name in names]


# Every step from a donor to a patient, one row each; followed either way.
GENEALOGY = """
CREATE VIEW genealogy (parent_kind, parent, child_kind, child, journey_id) AS
SELECT 'donor', j.person_id::text, 'unit', u.unit, u.journey_id
FROM unit u JOIN journey j ON j.id = u.journey_id WHERE u.kind = 'material'
UNION ALL
SELECT 'donation', s.donation, 'unit', s.unit, u.journey_id
FROM stock_unit s LEFT JOIN unit u ON u.unit = s.unit WHERE s.donation IS NOT NULL
UNION ALL
SELECT 'batch', s.batch, 'unit', s.unit, NULL
FROM stock_unit s WHERE NOT EXISTS (SELECT FROM unit u WHERE u.unit = s.unit)
UNION ALL
SELECT 'unit', u.parent, 'batch', u.batch, u.journey_id
FROM unit u WHERE u.parent IS NOT NULL AND u.batch IS NOT NULL
UNION ALL
SELECT 'unit', u.unit, 'batch', b.batch, b.journey_id
FROM batch b JOIN unit u ON u.journey_id = b.journey_id AND u.kind = 'material' AND u.state = 'used'
WHERE b.started_at IS NOT NULL AND NOT EXISTS (SELECT FROM unit m WHERE m.batch = b.batch)
UNION ALL
SELECT m.kind, m.lot, 'batch', m.batch, m.journey_id FROM material_lot m
UNION ALL
SELECT 'batch', u.batch, 'unit', u.unit, u.journey_id
FROM unit u WHERE u.kind = 'product' AND u.batch IS NOT NULL
UNION ALL
SELECT 'shipper', s.shipper, 'unit', u.unit, u.journey_id
FROM shipment s JOIN unit u ON u.journey_id = s.journey_id
    AND u.kind = CASE s.leg WHEN 'outbound' THEN 'material' ELSE 'product' END
WHERE s.shipper IS NOT NULL
UNION ALL
SELECT 'unit', u.unit, 'patient', j.person_id::text, u.journey_id
FROM unit u JOIN journey j ON j.id = u.journey_id WHERE u.kind = 'product'
"""

# What a recall touches: everything that descends from what is taken back.
TOUCHED = """
CREATE VIEW recall_touched (recall_id, journey_id, unit, batch) AS
WITH RECURSIVE below (recall_id, kind, node, journey_id) AS (
    SELECT r.id, CASE r.kind WHEN 'donation' THEN start.kind ELSE r.kind END, r.lot, NULL::uuid
    FROM recall r
    -- A donation is starting material (a unit), or the donation stock was made of.
    JOIN (VALUES ('donation'), ('unit')) AS start (kind)
        ON r.kind = 'donation' OR start.kind = 'unit'
    UNION
    SELECT b.recall_id, g.child_kind, g.child, g.journey_id
    FROM below b JOIN genealogy g ON g.parent_kind = b.kind AND g.parent = b.node
    WHERE g.child_kind <> 'patient'
), found AS (
    SELECT b.recall_id, b.kind, b.node, coalesce(u.journey_id, c.journey_id) AS journey_id
    FROM below b
    LEFT JOIN unit u ON b.kind = 'unit' AND u.unit = b.node
    LEFT JOIN batch c ON b.kind = 'batch' AND c.batch = b.node
)
SELECT DISTINCT recall_id, journey_id, CASE kind WHEN 'unit' THEN node END,
    CASE kind WHEN 'batch' THEN node END
FROM found WHERE journey_id IS NOT NULL
"""

# Who records a recall and who records a dose wait for one another: neither misses the other.
TAKE_TURNS = """
CREATE FUNCTION recall_takes_its_turn() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(7318820451);
    RETURN NEW;
END $$
"""
REFUSE_RECALLED = """
CREATE FUNCTION refuse_recalled() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(7318820451);
    -- Most days nothing is recalled, and then nothing is looked up.
    IF EXISTS (SELECT FROM recall) AND EXISTS (
        SELECT FROM recall_touched t JOIN recall r ON r.id = t.recall_id
        WHERE t.unit = NEW.unit AND r.recall_class < 4 AND r.recalled_at <= NEW.started_at
    ) THEN
        RAISE EXCEPTION 'this unit is recalled'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'administration_not_recalled';
    END IF;
    RETURN NEW;
END $$
"""
REFUSE_CLOSING = """
CREATE FUNCTION refuse_early_closing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM recall_touched t LEFT JOIN recall_notice n
            ON n.recall_id = t.recall_id AND n.journey_id = t.journey_id
        WHERE t.recall_id = NEW.recall_id AND n.seq IS NULL
    ) OR EXISTS (
        SELECT FROM recall_notice n JOIN duty d ON d.journey_id = n.journey_id AND d.seq = n.seq
        WHERE n.recall_id = NEW.recall_id AND d.name LIKE 'recall-reply%' AND d.fulfilled_at IS NULL
    ) THEN
        RAISE EXCEPTION 'not everybody has replied'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'recall_answered_by_all';
    END IF;
    RETURN NEW;
END $$
"""


def upgrade() -> None:
    op.execute("SET lock_timeout = '5s'")
    op.add_column("stock_unit", sa.Column("donation", sa.String(), nullable=True))
    _tables()
    for statement in (GENEALOGY, TOUCHED, TAKE_TURNS, REFUSE_RECALLED, REFUSE_CLOSING):
        op.execute(statement)
    _triggers()
    _grants()


def _tables() -> None:
    op.create_table(
        "material_lot",
        sa.Column("journey_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        *words("kind", "lot", "batch"),
        *moments("recorded_at"),
        sa.ForeignKeyConstraint(["journey_id"], ["journey.id"], name="fk_material_lot_journey_id"),
        sa.ForeignKeyConstraint(["batch"], ["batch.batch"], name="fk_material_lot_batch"),
        sa.PrimaryKeyConstraint("journey_id", "seq", "kind", "lot", name="pk_material_lot"),
    )
    op.create_index("ix_material_lot_lot", "material_lot", ["kind", "lot"])
    op.create_table(
        "recall",
        sa.Column("id", sa.Uuid(), nullable=False),
        *words("kind", "lot"),
        sa.Column("recall_class", sa.Integer(), nullable=False),
        *words("reference"),
        *moments("recalled_at", "recorded_at"),
        *words("recorded_by", "role"),
        sa.CheckConstraint("recall_class BETWEEN 1 AND 4", name="recall_class_1_to_4"),
        sa.PrimaryKeyConstraint("id", name="pk_recall"),
        sa.UniqueConstraint("kind", "lot", "reference", name="uq_recall_kind_lot_reference"),
    )
    op.create_table(
        "recall_closing",
        sa.Column("recall_id", sa.Uuid(), nullable=False),
        *words("reference"),
        *moments("closed_at"),
        *words("closed_by", "role"),
        sa.ForeignKeyConstraint(["recall_id"], ["recall.id"], name="fk_recall_closing_recall_id"),
        sa.PrimaryKeyConstraint("recall_id", name="pk_recall_closing"),
    )
    op.create_table(
        "recall_notice",
        sa.Column("journey_id", sa.Uuid(), nullable=False),
        sa.Column("recall_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("given", sa.Boolean(), nullable=False),
        *moments("told_at"),
        sa.ForeignKeyConstraint(["journey_id"], ["journey.id"], name="fk_recall_notice_journey_id"),
        sa.ForeignKeyConstraint(["recall_id"], ["recall.id"], name="fk_recall_notice_recall_id"),
        sa.PrimaryKeyConstraint("journey_id", "recall_id", name="pk_recall_notice"),
    )


def _triggers() -> None:
    for name, when, function in (
        ("recall_in_turn", "recall", "recall_takes_its_turn"),
        ("administration_not_recalled", "administration", "refuse_recalled"),
        ("recall_answered_by_all", "recall_closing", "refuse_early_closing"),
    ):
        op.execute(
            f"CREATE TRIGGER {name} BEFORE INSERT ON {when}"
            f" FOR EACH ROW EXECUTE FUNCTION {function}()"
        )
    for table in ("recall", "recall_closing"):
        for change, scope in (("UPDATE OR DELETE", "ROW"), ("TRUNCATE", "STATEMENT")):
            trigger = f"{table}_no_{scope.lower()}_change"
            op.execute(
                f"CREATE TRIGGER {trigger} BEFORE {change} ON {table}"
                f" FOR EACH {scope} EXECUTE FUNCTION refuse_change()"
            )
            op.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {trigger}")


def _grants() -> None:
    op.execute(f"GRANT SELECT ON genealogy, recall_touched TO {APPLICATION}")
    op.execute(f"GRANT SELECT, INSERT ON recall, recall_closing TO {APPLICATION}")
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON material_lot, recall_notice TO {APPLICATION}")
