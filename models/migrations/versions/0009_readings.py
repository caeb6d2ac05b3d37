"""Readings carry their file's number and how long each lasts; files say unit, zone and interval."""

from collections.abc import Sequence

from alembic import op

revision: str = "0009"
down_revision: str | None = "0008"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

APPLICATION = "atmpflow_app"

FILE = """
DROP TRIGGER logger_file_no_row_change ON logger_file;
ALTER TABLE logger_file
    ADD COLUMN number bigint NOT NULL GENERATED ALWAYS AS IDENTITY
        CONSTRAINT uq_logger_file_number UNIQUE,
    ADD COLUMN format varchar NOT NULL DEFAULT 'plain',
    ADD COLUMN unit varchar NOT NULL DEFAULT 'C',
    ADD COLUMN zone varchar NOT NULL DEFAULT 'UTC',
    ADD COLUMN interval_s float8,
    ADD COLUMN sensor varchar,
    ADD CONSTRAINT logger_file_unit CHECK (unit IN ('C', 'F')),
    ADD CONSTRAINT logger_file_interval CHECK (interval_s IS NULL OR interval_s > 0);
ALTER TABLE logger_file
    ALTER format DROP DEFAULT, ALTER unit DROP DEFAULT, ALTER zone DROP DEFAULT;
CREATE TRIGGER logger_file_no_row_change BEFORE UPDATE OR DELETE ON logger_file
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
ALTER TABLE logger_file ENABLE ALWAYS TRIGGER logger_file_no_row_change
"""

READINGS = """
ALTER TABLE reading RENAME TO reading_before;
ALTER TABLE reading_before RENAME CONSTRAINT pk_reading TO pk_reading_before;
CREATE TABLE reading (
    file bigint NOT NULL, at timestamptz NOT NULL, celsius float8, lasts_s float8,
    CONSTRAINT pk_reading PRIMARY KEY (file, at));
INSERT INTO reading
SELECT f.number, r.at, r.celsius, date_part('epoch', lead(r.at) OVER (
    PARTITION BY f.number ORDER BY r.at) - r.at)
FROM reading_before r
JOIN logger_file f ON f.shipment_id = r.shipment_id AND f.sha256 = r.file_sha256;
DROP TABLE reading_before
"""


def upgrade() -> None:
    op.execute("SET lock_timeout = '5s'")
    op.execute(FILE)
    op.execute(READINGS)
    for when, scope in (("UPDATE OR DELETE", "ROW"), ("TRUNCATE", "STATEMENT")):
        trigger = f"reading_no_{scope.lower()}_change"
        op.execute(
            f"CREATE TRIGGER {trigger} BEFORE {when} ON reading"
            f" FOR EACH {scope} EXECUTE FUNCTION refuse_change()"
        )
        op.execute(f"ALTER TABLE reading ENABLE ALWAYS TRIGGER {trigger}")
    op.execute(f"GRANT SELECT, INSERT ON reading TO {APPLICATION}")
