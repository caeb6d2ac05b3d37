"""Deviations with owner, clock and decision; no unit is used before its own is accepted."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0017"
down_revision: str | None = "0016"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

APPLICATION = "atmpflow_app"

# Of a unit: only an accepted deviation lets it be used.
REFUSE_UNIT = """
CREATE FUNCTION refuse_unit_in_deviation() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM deviation d
        WHERE d.unit = NEW.unit AND d.decision IS DISTINCT FROM 'accepted') THEN
        RAISE EXCEPTION 'a deviation of this unit is not accepted'
            USING ERRCODE = 'check_violation', CONSTRAINT = TG_ARGV[0];
    END IF;
    RETURN NEW;
END $$
"""
# Of a journey: nothing is certified, packed or handed to a courier while one is open.
REFUSE_JOURNEY = """
CREATE FUNCTION refuse_journey_in_deviation() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM deviation d
        WHERE d.journey_id = NEW.journey_id AND d.decision IS NULL) THEN
        RAISE EXCEPTION 'a deviation of this journey is open'
            USING ERRCODE = 'check_violation', CONSTRAINT = TG_ARGV[0];
    END IF;
    RETURN NEW;
END $$
"""
# A decision is on record, and stays.
REFUSE_UNDOING = """
CREATE FUNCTION refuse_undoing_a_decision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'this deviation is decided'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'deviation_stays_decided';
END $$
"""
ON_RECORD = """
CREATE FUNCTION refuse_unrecorded_decision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM ledger l WHERE l.journey_id = NEW.journey_id AND l.seq > NEW.seq
        AND l.name = 'deviation.accepted') THEN
        RAISE EXCEPTION 'nobody has accepted this deviation'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'deviation_accepted_on_record';
    END IF;
    RETURN NULL;
END $$
"""
IN_USE = "'accepted', 'released', 'on-site', 'prepared', 'used', 'given'"

TRIGGERS = (
    "CREATE TRIGGER administration_no_deviation BEFORE INSERT ON administration FOR EACH ROW"
    " EXECUTE FUNCTION refuse_unit_in_deviation('administration_no_deviation')",
    # At the commit: what accepts a deviation also sets the state.
    "CREATE CONSTRAINT TRIGGER unit_no_deviation AFTER UPDATE OF state ON unit"
    " DEFERRABLE INITIALLY DEFERRED FOR EACH ROW"
    f" WHEN (NEW.state IN ({IN_USE}) AND NEW.state IS DISTINCT FROM OLD.state)"
    " EXECUTE FUNCTION refuse_unit_in_deviation('unit_no_deviation')",
    "CREATE TRIGGER batch_no_deviation BEFORE INSERT OR UPDATE OF certified_at ON batch"
    " FOR EACH ROW WHEN (NEW.certified_at IS NOT NULL)"
    " EXECUTE FUNCTION refuse_journey_in_deviation('batch_no_deviation')",
    "CREATE TRIGGER shipment_no_deviation BEFORE INSERT OR UPDATE OF packed_at, collected_at"
    " ON shipment FOR EACH ROW"
    " EXECUTE FUNCTION refuse_journey_in_deviation('shipment_no_deviation')",
    "CREATE TRIGGER deviation_stays_decided BEFORE UPDATE ON deviation FOR EACH ROW"
    " WHEN (OLD.decision IS NOT NULL) EXECUTE FUNCTION refuse_undoing_a_decision()",
    "CREATE CONSTRAINT TRIGGER deviation_accepted_on_record AFTER INSERT OR UPDATE ON deviation"
    " DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.decision = 'accepted')"
    " EXECUTE FUNCTION refuse_unrecorded_decision()",
)


def words(*names: str, nullable: bool = False) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.String(), nullable=nullable) for name in names]


def moments(*names: str, nullable: bool = False) -> list[sa.Column[object]]:
    return [sa.Column(name, sa.DateTime(timezone=True), nullable=nullable) for name in names]


def upgrade() -> None:
    op.execute("SET lock_timeout = '5s'")
    _table()
    for statement in (REFUSE_UNIT, REFUSE_JOURNEY, REFUSE_UNDOING, ON_RECORD, *TRIGGERS):
        op.execute(statement)
    op.execute(f"GRANT SELECT, INSERT ON deviation TO {APPLICATION}")
    op.execute(
        "GRANT UPDATE (decision, justification, decided_at, decided_by)"
        f" ON deviation TO {APPLICATION}"
    )


def _table() -> None:
    op.create_table(
        "deviation",
        sa.Column("journey_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        *words("unit"),
        sa.Column("shipment_id", sa.Uuid(), nullable=False),
        *words("leg", "reasons", "owner"),
        *moments("opened_at", "due_at"),
        *words("decision", "justification", nullable=True),
        *moments("decided_at", nullable=True),
        *words("decided_by", nullable=True),
        sa.ForeignKeyConstraint(["journey_id"], ["journey.id"], name="fk_deviation_journey_id"),
        sa.ForeignKeyConstraint(["shipment_id"], ["shipment.id"], name="fk_deviation_shipment_id"),
        sa.ForeignKeyConstraint(
            ["unit", "journey_id"],
            ["unit.unit", "unit.journey_id"],
            name="fk_deviation_unit_journey_id",
        ),
        sa.CheckConstraint(
            "decision IS NULL OR decision IN ('accepted', 'rejected', 'written-off')",
            name="deviation_decision",
        ),
        sa.CheckConstraint(
            "(decision IS NULL) = (decided_at IS NULL)"
            " AND (decision IS NULL) = (decided_by IS NULL)"
            " AND (decision IS NULL OR justification IS NOT NULL AND decided_by <> '')",
            name="deviation_decided_whole",
        ),
        sa.CheckConstraint(
            "due_at > opened_at AND owner <> '' AND reasons <> ''", name="deviation_owned"
        ),
        sa.PrimaryKeyConstraint("journey_id", "seq", "unit", name="pk_deviation"),
    )
    op.create_index("ix_deviation_unit", "deviation", ["unit"])
