"""Guards: what is only ever added to, and what the application role may do."""

from collections.abc import Sequence

from alembic import op

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

APPLICATION = "atmpflow_app"

ADDED_TO = ("ledger", "command", "identity.received", "identity.person", "logger_file", "reading")
"""Rows are only ever added."""

CHANGED = (
    "journey", "unit", "custody", "shipment", "slot", "batch", "identity_check",
    "administration", "follow_up_visit", "consent", "reaction", "timer", "outbox",
    "organisation", "stock_unit",
)  # fmt: skip
"""Rows are added and changed, never deleted."""

REFUSE = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are only added', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$
"""


def upgrade() -> None:
    op.execute("SET lock_timeout = '5s'")
    op.execute(REFUSE)
    for table in ADDED_TO:
        _only_added(table)
    _grants()


def _only_added(table: str) -> None:
    name = table.replace(".", "_")
    for when, scope in (("UPDATE OR DELETE", "ROW"), ("TRUNCATE", "STATEMENT")):
        trigger = f"{name}_no_{scope.lower()}_change"
        op.execute(
            f"CREATE TRIGGER {trigger} BEFORE {when} ON {table}"
            f" FOR EACH {scope} EXECUTE FUNCTION refuse_change()"
        )
        # ALWAYS: also where a session claims to be a replica.
        op.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {trigger}")


def _grants() -> None:
    op.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC")
    op.execute(f"GRANT USAGE ON SCHEMA public, identity TO {APPLICATION}")
    for table in ADDED_TO:
        op.execute(f"GRANT SELECT, INSERT ON {table} TO {APPLICATION}")
    for table in CHANGED:
        op.execute(f"GRANT SELECT, INSERT, UPDATE ON {table} TO {APPLICATION}")
    op.execute(f"GRANT SELECT ON alembic_version TO {APPLICATION}")
