"""Holds: no dose is on record for a time at which its journey was on hold."""

from collections.abc import Sequence

from alembic import op

revision: str = "0027"
down_revision: str | None = "0026"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

# From each reason of a hold until it was lifted; one that was not lifted goes on.
REFUSE = """
CREATE FUNCTION refuse_held_dose() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM ledger h
        LEFT JOIN LATERAL (
            SELECT l.occurred_at FROM ledger l
            WHERE l.journey_id = h.journey_id AND l.name = 'hold.lifted' AND l.seq > h.seq
            ORDER BY l.seq LIMIT 1) AS lifted ON TRUE
        WHERE h.journey_id = NEW.journey_id AND h.name IN ('hold.placed', 'identity.mismatched',
                'label.mismatched', 'identity.implicated', 'patient.deteriorated', 'recall.reached',
                'conditioning.blocked', 'administration.blocked')
            AND h.occurred_at <= NEW.started_at
            AND coalesce(lifted.occurred_at, 'infinity') > NEW.started_at
    ) THEN
        RAISE EXCEPTION 'the journey was on hold'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'administration_not_held';
    END IF;
    RETURN NEW;
END $$
"""


def upgrade() -> None:
    op.execute("SET lock_timeout = '5s'")
    op.execute(REFUSE)
    op.execute(
        "CREATE TRIGGER administration_not_held BEFORE INSERT ON administration"
        " FOR EACH ROW EXECUTE FUNCTION refuse_held_dose()"
    )
