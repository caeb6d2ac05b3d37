"""EPCIS: what partners sent, byte for byte, each event once, and what became of it."""

from collections.abc import Sequence

from alembic import op

revision: str = "0020"
down_revision: str | None = "0019"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

APPLICATION = "atmpflow_app"
TABLES = ("epcis_document", "epcis_capture", "epcis_event", "epcis_outcome")

CREATE = """
CREATE TABLE epcis_document (
    sha256 bytea NOT NULL,
    content bytea NOT NULL,
    kept_at timestamptz DEFAULT now() NOT NULL,
    CONSTRAINT pk_epcis_document PRIMARY KEY (sha256),
    CONSTRAINT epcis_document_digest CHECK (sha256 = sha256(content))
);
CREATE INDEX ix_epcis_document_kept_at ON epcis_document USING brin (kept_at);
CREATE TABLE epcis_capture (
    id uuid NOT NULL,
    sha256 bytea NOT NULL,
    partner varchar(120) NOT NULL,
    behaviour varchar(8) NOT NULL,
    received_at timestamptz NOT NULL,
    success boolean NOT NULL,
    events integer NOT NULL,
    duplicates integer NOT NULL,
    problems jsonb NOT NULL,
    kept_at timestamptz DEFAULT now() NOT NULL,
    CONSTRAINT pk_epcis_capture PRIMARY KEY (id),
    CONSTRAINT fk_epcis_capture_sha256 FOREIGN KEY (sha256) REFERENCES epcis_document (sha256),
    CONSTRAINT epcis_capture_behaviour CHECK (behaviour IN ('rollback', 'proceed')),
    CONSTRAINT epcis_capture_counts CHECK (events >= 0 AND duplicates BETWEEN 0 AND events)
);
CREATE INDEX ix_epcis_capture_partner ON epcis_capture (partner);
CREATE INDEX ix_epcis_capture_kept_at ON epcis_capture USING brin (kept_at);
CREATE TABLE epcis_event (
    number bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
    hash varchar(100) NOT NULL,
    declared varchar(40) NOT NULL,
    capture_id uuid NOT NULL,
    place integer NOT NULL,
    partner varchar(120) NOT NULL,
    event_id varchar(2000) NOT NULL,
    kind varchar(20) NOT NULL,
    event_time timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    action varchar(7),
    biz_step varchar(2000),
    disposition varchar(2000),
    epcs varchar[] NOT NULL,
    things varchar[] NOT NULL,
    content jsonb NOT NULL,
    prefixes jsonb NOT NULL,
    kept_at timestamptz DEFAULT now() NOT NULL,
    CONSTRAINT pk_epcis_event PRIMARY KEY (number),
    CONSTRAINT uq_epcis_event_hash_declared UNIQUE (hash, declared),
    CONSTRAINT fk_epcis_event_capture_id FOREIGN KEY (capture_id) REFERENCES epcis_capture (id),
    CONSTRAINT epcis_event_hash CHECK (hash ~ '^ni:///sha-256;[0-9a-f]{64}[?]ver=CBV2[.]0$'),
    CONSTRAINT epcis_event_place CHECK (place >= 0)
);
CREATE INDEX ix_epcis_event_capture_id ON epcis_event (capture_id);
CREATE INDEX ix_epcis_event_event_id ON epcis_event (event_id);
CREATE INDEX ix_epcis_event_event_time ON epcis_event (event_time);
CREATE INDEX ix_epcis_event_things ON epcis_event USING gin (things);
CREATE INDEX ix_epcis_event_kept_at ON epcis_event USING brin (kept_at);
CREATE TABLE epcis_outcome (
    number bigint NOT NULL,
    attempt integer NOT NULL,
    outcome varchar(8) NOT NULL,
    happened_at timestamptz NOT NULL,
    journey_id uuid,
    shipment_id uuid,
    command varchar(60),
    code varchar(60),
    kept_at timestamptz DEFAULT now() NOT NULL,
    CONSTRAINT pk_epcis_outcome PRIMARY KEY (number, attempt),
    CONSTRAINT fk_epcis_outcome_number FOREIGN KEY (number) REFERENCES epcis_event (number),
    CONSTRAINT fk_epcis_outcome_journey_id FOREIGN KEY (journey_id) REFERENCES journey (id),
    CONSTRAINT fk_epcis_outcome_shipment_id FOREIGN KEY (shipment_id) REFERENCES shipment (id),
    CONSTRAINT epcis_outcome_attempt CHECK (attempt >= 1),
    CONSTRAINT epcis_outcome_known CHECK (
        outcome IN ('recorded', 'known', 'readings', 'refused', 'unknown', 'nothing')),
    CONSTRAINT epcis_outcome_whole CHECK (
        (outcome IN ('recorded', 'known', 'readings')) <= (shipment_id IS NOT NULL)
        AND (outcome = 'recorded') <= (command IS NOT NULL)
        AND (outcome IN ('refused', 'unknown')) = (code IS NOT NULL))
);
CREATE INDEX ix_epcis_outcome_journey_id ON epcis_outcome (journey_id);
CREATE INDEX ix_epcis_outcome_shipment_id ON epcis_outcome (shipment_id);
CREATE INDEX ix_epcis_outcome_kept_at ON epcis_outcome USING brin (kept_at)
"""


def upgrade() -> None:
    op.execute("SET lock_timeout = '5s'")
    op.execute(CREATE)
    for table in TABLES:
        op.execute(f"GRANT SELECT, INSERT ON {table} TO {APPLICATION}")
        for when, scope in (("UPDATE OR DELETE", "ROW"), ("TRUNCATE", "STATEMENT")):
            trigger = f"{table}_no_{scope.lower()}_change"
            op.execute(
                f"CREATE TRIGGER {trigger} BEFORE {when} ON {table}"
                f" FOR EACH {scope} EXECUTE FUNCTION refuse_change()"
            )
            op.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {trigger}")
