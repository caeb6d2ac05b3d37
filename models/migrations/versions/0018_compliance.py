"""Findings and sweeps of the compliance checks; approvals, licences, reports, backups, observations."""

from collections.abc import Sequence

from alembic import op

revision: str = "0018"
down_revision: str | None = "0017"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

APPLICATION = "atmpflow_app"
ADDED_TO = ("approval", "licence", "periodic_report", "backup_made", "observation")

FINDING = """
CREATE TABLE finding (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    check_id varchar(40) NOT NULL,
    subject varchar(200) NOT NULL,
    journey_id uuid,
    severity varchar(8) NOT NULL,
    owner varchar(40) NOT NULL,
    found varchar(400) NOT NULL,
    opened_at timestamptz NOT NULL,
    last_seen_at timestamptz NOT NULL,
    escalated integer DEFAULT 0 NOT NULL,
    escalated_at timestamptz,
    closed_at timestamptz,
    closed_how varchar(9),
    decided_by varchar(120),
    decided_role varchar(40),
    justification varchar(400),
    signature_id uuid,
    CONSTRAINT pk_finding PRIMARY KEY (id),
    CONSTRAINT fk_finding_journey_id FOREIGN KEY (journey_id) REFERENCES journey (id),
    CONSTRAINT fk_finding_signature_id FOREIGN KEY (signature_id) REFERENCES signature (id),
    CONSTRAINT uq_finding_signature_id UNIQUE (signature_id),
    CONSTRAINT finding_severity CHECK (severity IN ('minor', 'major', 'critical')),
    CONSTRAINT finding_escalated CHECK (escalated BETWEEN 0 AND 2),
    CONSTRAINT finding_seen CHECK (last_seen_at >= opened_at),
    CONSTRAINT finding_closed_after CHECK (closed_at IS NULL OR closed_at >= opened_at),
    CONSTRAINT finding_closed_how CHECK ((closed_at IS NULL) = (closed_how IS NULL)
        AND coalesce(closed_how IN ('by-itself', 'decision'), TRUE)),
    CONSTRAINT finding_decided_whole CHECK (
        (coalesce(closed_how, '') = 'decision') = (decided_by IS NOT NULL)
        AND (decided_by IS NULL) = (justification IS NULL)
        AND (decided_by IS NULL) = (decided_role IS NULL)
        AND coalesce(btrim(justification) <> '', TRUE)),
    CONSTRAINT finding_signed CHECK (signature_id IS NULL OR decided_by IS NOT NULL)
);
CREATE UNIQUE INDEX uq_finding_open ON finding (check_id, subject) WHERE closed_at IS NULL;
CREATE INDEX ix_finding_open_journey ON finding (journey_id) WHERE closed_at IS NULL;
CREATE INDEX ix_finding_decided ON finding (check_id, subject, closed_at)
    WHERE closed_how = 'decision'
"""

# Closed is closed; and what a finding says when it was opened is not rewritten.
STAYS = """
CREATE FUNCTION finding_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.closed_at IS NULL
        AND (OLD.id, OLD.check_id, OLD.subject, OLD.journey_id, OLD.opened_at)
            IS NOT DISTINCT FROM (NEW.id, NEW.check_id, NEW.subject, NEW.journey_id, NEW.opened_at)
        THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'findings are opened and closed, never deleted or rewritten'
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'finding_stays';
END $$;
CREATE TRIGGER finding_stays BEFORE UPDATE OR DELETE ON finding
    FOR EACH ROW EXECUTE FUNCTION finding_stays();
CREATE TRIGGER finding_no_statement_change BEFORE TRUNCATE ON finding
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE finding ENABLE ALWAYS TRIGGER finding_stays;
ALTER TABLE finding ENABLE ALWAYS TRIGGER finding_no_statement_change
"""

SWEEP = """
CREATE TABLE sweep (
    id bigint GENERATED ALWAYS AS IDENTITY,
    cadence varchar(6) NOT NULL,
    extent varchar(7) NOT NULL,
    began_at timestamptz NOT NULL,
    ended_at timestamptz NOT NULL,
    until timestamptz NOT NULL,
    due timestamptz NOT NULL,
    checks varchar(64) NOT NULL,
    looked integer NOT NULL,
    opened integer NOT NULL,
    closed integer NOT NULL,
    CONSTRAINT pk_sweep PRIMARY KEY (id),
    CONSTRAINT sweep_cadence CHECK (cadence IN ('hourly', 'daily', 'weekly')),
    CONSTRAINT sweep_extent CHECK (extent IN ('full', 'changed')),
    CONSTRAINT sweep_interval CHECK (began_at <= ended_at)
);
CREATE INDEX ix_sweep_cadence ON sweep (cadence, id)
"""

STANDING = """
CREATE TABLE approval (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    trial varchar(40) NOT NULL,
    organisation varchar,
    kind varchar(6) NOT NULL,
    reference varchar(80) NOT NULL,
    standing varchar(9) NOT NULL,
    valid_from timestamptz NOT NULL,
    valid_until timestamptz NOT NULL,
    recorded_by varchar(120) NOT NULL,
    kept_at timestamptz DEFAULT now() NOT NULL,
    CONSTRAINT pk_approval PRIMARY KEY (id),
    CONSTRAINT fk_approval_organisation FOREIGN KEY (organisation)
        REFERENCES organisation (ods_code),
    CONSTRAINT approval_kind CHECK (kind IN ('ethics', 'mhra', 'panel', 'gmo', 'site')),
    CONSTRAINT approval_standing CHECK (standing IN ('granted', 'suspended', 'withdrawn')),
    CONSTRAINT approval_interval CHECK (valid_from < valid_until),
    CONSTRAINT approval_named CHECK (btrim(reference) <> '' AND btrim(trial) <> '')
);
CREATE INDEX ix_approval_trial ON approval (trial, kind);
CREATE TABLE licence (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    organisation varchar NOT NULL,
    kind varchar(5) NOT NULL,
    reference varchar(80) NOT NULL,
    standing varchar(9) NOT NULL,
    valid_from timestamptz NOT NULL,
    valid_until timestamptz NOT NULL,
    recorded_by varchar(120) NOT NULL,
    kept_at timestamptz DEFAULT now() NOT NULL,
    CONSTRAINT pk_licence PRIMARY KEY (id),
    CONSTRAINT fk_licence_organisation FOREIGN KEY (organisation)
        REFERENCES organisation (ods_code),
    CONSTRAINT licence_kind CHECK (kind IN ('hta', 'mia', 'jacie', 'wda')),
    CONSTRAINT licence_standing CHECK (standing IN ('granted', 'suspended', 'withdrawn')),
    CONSTRAINT licence_interval CHECK (valid_from < valid_until),
    CONSTRAINT licence_named CHECK (btrim(reference) <> '')
);
CREATE INDEX ix_licence_organisation ON licence (organisation, kind);
CREATE TABLE periodic_report (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    trial varchar(40) NOT NULL,
    kind varchar(8) NOT NULL,
    covers_until date NOT NULL,
    sent_at timestamptz NOT NULL,
    reference varchar(80) NOT NULL,
    recorded_by varchar(120) NOT NULL,
    kept_at timestamptz DEFAULT now() NOT NULL,
    CONSTRAINT pk_periodic_report PRIMARY KEY (id),
    CONSTRAINT periodic_report_kind CHECK (kind IN ('dsur', 'progress')),
    CONSTRAINT periodic_report_named CHECK (btrim(reference) <> '' AND btrim(trial) <> '')
);
CREATE INDEX ix_periodic_report_trial ON periodic_report (trial, kind)
"""

OBSERVED = """
CREATE TABLE backup_made (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    made_at timestamptz NOT NULL,
    sha256 bytea NOT NULL,
    size_bytes bigint NOT NULL,
    kept_at timestamptz DEFAULT now() NOT NULL,
    CONSTRAINT pk_backup_made PRIMARY KEY (id),
    CONSTRAINT backup_made_whole CHECK (size_bytes > 0 AND octet_length(sha256) = 32)
);
CREATE TABLE observation (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    kind varchar(7) NOT NULL,
    observed_at timestamptz NOT NULL,
    well boolean NOT NULL,
    seconds double precision,
    found varchar(200) NOT NULL,
    kept_at timestamptz DEFAULT now() NOT NULL,
    CONSTRAINT pk_observation PRIMARY KEY (id),
    CONSTRAINT observation_kind CHECK (kind IN ('clock', 'prefect', 'worker', 'anchor', 'trail'))
);
CREATE INDEX ix_observation_kind ON observation (kind, observed_at)
"""

# What falls due between two sweeps is found without looking at everything.
DUE = """
CREATE INDEX ix_unit_expires_at ON unit (expires_at);
CREATE INDEX ix_journey_waits_until ON journey (waits_until) WHERE ended IS NULL;
CREATE INDEX ix_follow_up_visit_due ON follow_up_visit (due_at) WHERE recorded_at IS NULL
"""


def upgrade() -> None:
    op.execute("SET lock_timeout = '5s'")
    for statements in (FINDING, STAYS, SWEEP, STANDING, OBSERVED, DUE):
        op.execute(statements)
    for table in ADDED_TO:
        _only_added_to(table)
    op.execute(f"GRANT SELECT, INSERT ON finding, sweep TO {APPLICATION}")
    op.execute(
        "GRANT UPDATE (severity, owner, found, last_seen_at, escalated, escalated_at, closed_at,"
        " closed_how, decided_by, decided_role, justification, signature_id)"
        f" ON finding TO {APPLICATION}"
    )


def _only_added_to(table: str) -> None:
    op.create_index(f"ix_{table}_kept_at", table, ["kept_at"], postgresql_using="brin")
    for when, scope in (("UPDATE OR DELETE", "ROW"), ("TRUNCATE", "STATEMENT")):
        trigger = f"{table}_no_{scope.lower()}_change"
        op.execute(
            f"CREATE TRIGGER {trigger} BEFORE {when} ON {table}"
            f" FOR EACH {scope} EXECUTE FUNCTION refuse_change()"
        )
        op.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {trigger}")
    op.execute(f"GRANT SELECT, INSERT ON {table} TO {APPLICATION}")
