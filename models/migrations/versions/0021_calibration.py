"""Calibrations of loggers and other devices: which, until when, by which certificate."""

from collections.abc import Sequence

from alembic import op

revision: str = "0021"
down_revision: str | None = "0020"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

APPLICATION = "atmpflow_app"

TABLE = """
CREATE TABLE calibration (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    device varchar(80) NOT NULL,
    kind varchar(11) NOT NULL,
    calibrated_at timestamptz NOT NULL,
    due_at timestamptz NOT NULL,
    certificate varchar(80) NOT NULL,
    recorded_by varchar(120) NOT NULL,
    kept_at timestamptz DEFAULT now() NOT NULL,
    CONSTRAINT pk_calibration PRIMARY KEY (id),
    CONSTRAINT calibration_kind CHECK (kind IN ('logger', 'shipper', 'storage', 'thermometer')),
    CONSTRAINT calibration_interval CHECK (calibrated_at < due_at),
    CONSTRAINT calibration_named CHECK (btrim(device) <> '' AND btrim(certificate) <> '')
);
CREATE INDEX ix_calibration_device ON calibration (device, due_at);
CREATE INDEX ix_calibration_kept_at ON calibration USING brin (kept_at)
"""

# What falls due between two sweeps, or is the same for all, is found without reading everything.
DUE = """
CREATE INDEX ix_unit_prepared ON unit (journey_id) WHERE state = 'prepared';
CREATE INDEX ix_shipment_unjudged ON shipment (received_at) WHERE verdict IS NULL;
CREATE INDEX ix_slot_ends_at ON slot (ends_at) WHERE released_at IS NULL;
CREATE INDEX ix_journey_open_trial ON journey (trial) WHERE ended IS NULL AND trial IS NOT NULL
"""


def upgrade() -> None:
    op.execute("SET lock_timeout = '5s'")
    op.execute(TABLE)
    op.execute(DUE)
    for when, scope in (("UPDATE OR DELETE", "ROW"), ("TRUNCATE", "STATEMENT")):
        trigger = f"calibration_no_{scope.lower()}_change"
        op.execute(
            f"CREATE TRIGGER {trigger} BEFORE {when} ON calibration"
            f" FOR EACH {scope} EXECUTE FUNCTION refuse_change()"
        )
        op.execute(f"ALTER TABLE calibration ENABLE ALWAYS TRIGGER {trigger}")
    op.execute(f"GRANT SELECT, INSERT ON calibration TO {APPLICATION}")
