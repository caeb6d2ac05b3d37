"""Consent: no dose is on record for a time at which the patient did not agree to treatment."""

from collections.abc import Sequence

from alembic import op

revision: str = "0006"
down_revision: str | None = "0005"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

REQUIRE = """
CREATE FUNCTION require_consent() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM consent
        WHERE journey_id = NEW.journey_id AND scope = 'treatment'
            AND coalesce(withdrawn_at > NEW.started_at, TRUE)
    ) THEN
        RAISE EXCEPTION 'no consent to treatment'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'administration_consented';
    END IF;
    RETURN NEW;
END $$
"""


def upgrade() -> None:
    op.execute("SET lock_timeout = '5s'")
    op.execute(REQUIRE)
    op.execute(
        "CREATE TRIGGER administration_consented BEFORE INSERT ON administration"
        " FOR EACH ROW EXECUTE FUNCTION require_consent()"
    )
