"""The register of loggers, and what they send on the way."""

from collections.abc import Sequence

from alembic import op

revision: str = "0023"
down_revision: str | None = "0021"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

APPLICATION = "atmpflow_app"
TABLES = ("logger", "reading_batch")

CREATE = """
CREATE TABLE logger (
    number bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
    serial varchar(80) NOT NULL,
    model varchar(80) NOT NULL,
    sensor varchar(80) NOT NULL,
    unit varchar(1) NOT NULL,
    zone varchar(40) NOT NULL,
    interval_s double precision NOT NULL,
    owner varchar NOT NULL,
    sender varchar(120),
    standing varchar(9) NOT NULL,
    valid_from timestamptz NOT NULL,
    recorded_by varchar(120) NOT NULL,
    kept_at timestamptz DEFAULT now() NOT NULL,
    CONSTRAINT pk_logger PRIMARY KEY (number),
    CONSTRAINT fk_logger_owner FOREIGN KEY (owner) REFERENCES organisation (ods_code),
    CONSTRAINT fk_logger_sender FOREIGN KEY (sender) REFERENCES account (username),
    CONSTRAINT logger_unit CHECK (unit IN ('C', 'F')),
    CONSTRAINT logger_interval CHECK (interval_s > 0),
    CONSTRAINT logger_standing CHECK (standing IN ('in-use', 'withdrawn')),
    CONSTRAINT logger_named CHECK (
        btrim(serial) <> '' AND btrim(model) <> '' AND btrim(sensor) <> '' AND zone <> '')
);
CREATE INDEX ix_logger_serial ON logger (serial, valid_from);
CREATE INDEX ix_logger_kept_at ON logger USING brin (kept_at);
CREATE TABLE reading_batch (
    number bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
    source varchar(4) NOT NULL,
    kind varchar(4) NOT NULL,
    sender varchar(120) NOT NULL,
    role varchar(40) NOT NULL,
    batch varchar(80),
    logger varchar(80),
    sha256 bytea NOT NULL,
    content bytea NOT NULL,
    format varchar(40) NOT NULL,
    zone varchar(40) NOT NULL,
    received_at timestamptz NOT NULL,
    outcome varchar(7) NOT NULL,
    code varchar(60),
    taken integer NOT NULL,
    refused integer NOT NULL,
    problems jsonb NOT NULL,
    shipment_id uuid,
    file bigint,
    kept_at timestamptz DEFAULT now() NOT NULL,
    CONSTRAINT pk_reading_batch PRIMARY KEY (number),
    CONSTRAINT fk_reading_batch_shipment_id FOREIGN KEY (shipment_id) REFERENCES shipment (id),
    CONSTRAINT fk_reading_batch_file FOREIGN KEY (file) REFERENCES logger_file (number),
    CONSTRAINT reading_batch_source CHECK (source IN ('http', 'mqtt')),
    CONSTRAINT reading_batch_kind CHECK (kind IN ('json', 'file')),
    CONSTRAINT reading_batch_outcome CHECK (outcome IN ('taken', 'refused')),
    CONSTRAINT reading_batch_digest CHECK (sha256 = sha256(content)),
    CONSTRAINT reading_batch_counts CHECK (taken >= 0 AND refused >= 0),
    CONSTRAINT reading_batch_whole CHECK (
        (outcome = 'taken') <= (batch IS NOT NULL AND logger IS NOT NULL AND taken > 0)
        AND (outcome = 'refused') <= (code IS NOT NULL AND taken = 0 AND file IS NULL)),
    CONSTRAINT reading_batch_file CHECK ((shipment_id IS NULL) = (file IS NULL))
);
CREATE UNIQUE INDEX uq_reading_batch_taken ON reading_batch (sender, batch)
    WHERE outcome = 'taken';
CREATE UNIQUE INDEX uq_reading_batch_refused ON reading_batch (sender, sha256, code)
    WHERE outcome = 'refused';
CREATE INDEX ix_reading_batch_logger ON reading_batch (logger, received_at);
CREATE INDEX ix_reading_batch_shipment_id ON reading_batch (shipment_id);
CREATE INDEX ix_reading_batch_kept_at ON reading_batch USING brin (kept_at)
"""


def upgrade() -> None:
    op.execute("SET lock_timeout = '5s'")
    op.execute(CREATE)
    for table in TABLES:
        op.execute(f"GRANT SELECT, INSERT ON {table} TO {APPLICATION}")
        _guard(table, "UPDATE OR DELETE", "ROW", "refuse_change")
        _guard(table, "TRUNCATE", "STATEMENT", "refuse_change")


def _guard(table: str, when: str, scope: str, function: str) -> None:
    trigger = f"{table}_no_{scope.lower()}_change"
    op.execute(
        f"CREATE TRIGGER {trigger} BEFORE {when} ON {table}"
        f" FOR EACH {scope} EXECUTE FUNCTION {function}()"
    )
    op.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {trigger}")
