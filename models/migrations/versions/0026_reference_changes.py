"""Changes of the reference data are kept by the database itself: old, new, who and when."""

from collections.abc import Sequence

from alembic import op

revision: str = "0026"
down_revision: str | None = "0025"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

APPLICATION = "atmpflow_app"
OF = {"organisation": "ods_code", "stock_unit": "unit"}

TABLE = """
CREATE TABLE reference_change (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    record varchar(20) NOT NULL,
    key varchar(120) NOT NULL,
    old jsonb,
    new jsonb,
    changed_by varchar(120) NOT NULL,
    role varchar(120) NOT NULL,
    changed_at timestamptz NOT NULL,
    kept_at timestamptz DEFAULT now() NOT NULL,
    CONSTRAINT pk_reference_change PRIMARY KEY (id),
    CONSTRAINT reference_change_something CHECK (old IS DISTINCT FROM new),
    CONSTRAINT reference_change_by CHECK (btrim(changed_by) <> '' AND btrim(role) <> '')
);
CREATE INDEX ix_reference_change_kept_at ON reference_change USING brin (kept_at)
"""

# Whoever changes them, by whatever way: the entry is the database's, not the program's. The account
# is the one that the program names; the role is that of the database under which it was done.
KEEP = """
CREATE FUNCTION keep_reference_change() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    before jsonb := CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) END;
    after jsonb := CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) END;
BEGIN
    IF before IS DISTINCT FROM after THEN
        INSERT INTO reference_change (record, key, old, new, changed_by, role, changed_at)
        VALUES (TG_TABLE_NAME, coalesce(after, before) ->> TG_ARGV[0], before, after,
            coalesce(nullif(current_setting('atmpflow.account', true), ''), 'nobody named'),
            session_user, clock_timestamp());
    END IF;
    RETURN NULL;
END $$
"""

BEFORE = """
INSERT INTO reference_change (record, key, new, changed_by, role, changed_at)
SELECT '{table}', {key}, to_jsonb(t), 'atmpflow', 'as found when this was first kept', now()
FROM {table} t
"""


def upgrade() -> None:
    op.execute("SET lock_timeout = '5s'")
    op.execute(TABLE)
    op.execute(KEEP)
    op.execute("REVOKE ALL ON FUNCTION keep_reference_change FROM PUBLIC")
    for table, key in OF.items():
        op.execute(BEFORE.format(table=table, key=key))
        _keep_changes_of(table, key)
    for when, scope in (("UPDATE OR DELETE", "ROW"), ("TRUNCATE", "STATEMENT")):
        _always(
            f"reference_change_no_{scope.lower()}_change",
            f"BEFORE {when} ON reference_change FOR EACH {scope} EXECUTE FUNCTION refuse_change()",
            "reference_change",
        )
    op.execute(f"GRANT SELECT ON reference_change TO {APPLICATION}")


def _keep_changes_of(table: str, key: str) -> None:
    _always(
        f"{table}_changes_kept",
        f"AFTER INSERT OR UPDATE OR DELETE ON {table} FOR EACH ROW"
        f" EXECUTE FUNCTION keep_reference_change('{key}')",
        table,
    )
    # TRUNCATE has no rows to keep, so nobody may.
    _always(
        f"{table}_no_truncate",
        f"BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
        table,
    )


def _always(name: str, what: str, table: str) -> None:
    op.execute(f"CREATE TRIGGER {name} {what}")
    op.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}")
