"""Row-level security: people of one centre see the journeys of their own centres, and no others."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from atmpflow.errors import Refused

revision: str = "0019"
down_revision: str | None = "0018"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

APPLICATION, IDENTITY, DESK = "atmpflow_app", "atmpflow_identity", "atmpflow_desk"

# Written out: a table that comes later is closed to the desk until its migration opens it.
OF_A_JOURNEY = (
    "administration", "batch", "command", "consent", "custody", "deviation", "duty", "finding",
    "follow_up_visit", "identity_check", "label_print", "ledger", "material_lot", "reaction",
    "recall_notice", "shipment", "signature_use", "slot", "timer", "trail_review", "unit",
    "unit_label",
)  # fmt: skip

OF_NO_JOURNEY = ("organisation", "recall", "recall_closing")
"""Open to everybody at the desk: they name no patient and no centre's journey."""

REFERRED = """
CREATE FUNCTION referred_from_here(journey uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER COST 10000 SET search_path = public AS $$
    SELECT EXISTS (
        SELECT FROM ledger l, string_to_array(current_setting('atmpflow.refers', true), ',') AS mine
        WHERE l.journey_id = $1 AND l.seq = 1
            AND ('*' = ANY (mine) OR l.payload ->> 'referring_organisation' = ANY (mine))
    )
$$
"""

# Without the setting, or with an empty one, nothing is seen.
OWN_JOURNEYS = f"""
CREATE POLICY of_own_centres ON journey FOR SELECT TO {DESK} USING (
    (SELECT '*' = ANY (string_to_array(current_setting('atmpflow.sees', true), ',')))
    OR centre = ANY ((SELECT string_to_array(current_setting('atmpflow.sees', true), ','))::text[])
    OR ((SELECT coalesce(current_setting('atmpflow.refers', true), '') <> '')
        AND referred_from_here(id))
)
"""


def upgrade() -> None:
    op.execute("SET lock_timeout = '5s'")
    _require_role()
    op.execute(REFERRED)
    op.execute("REVOKE ALL ON FUNCTION referred_from_here FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION referred_from_here TO {DESK}")
    op.execute(f"GRANT USAGE ON SCHEMA public TO {DESK}")
    _secure("journey")
    op.execute(OWN_JOURNEYS)
    for table in OF_A_JOURNEY:
        _secure(table)
        _of_own_centres(table, f"journey j WHERE j.id = {table}.journey_id")
    _secure("logger_file")
    _of_own_centres("logger_file", "shipment s WHERE s.id = logger_file.shipment_id")
    # Not `reading`: PostgreSQL copies nothing into a table with row security. It stays closed.
    op.execute(f"GRANT SELECT ON {', '.join(OF_NO_JOURNEY)} TO {DESK}")


def _require_role() -> None:
    found = op.get_bind().execute(
        sa.text("SELECT 1 FROM pg_roles WHERE rolname = :name"), {"name": DESK}
    )
    if found.first() is None:
        raise Refused(
            "database-role-missing",
            "database",
            f"The role {DESK} is missing on this server.",
            "Have the administrator create the roles again (docs/operations.md), then migrate.",
        )


def _secure(table: str) -> None:
    """Close a table to everybody but its owner and those who run the engine."""
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(
        f"CREATE POLICY whole ON {table} TO {APPLICATION}, {IDENTITY}"
        " USING (true) WITH CHECK (true)"
    )
    op.execute(f"GRANT SELECT ON {table} TO {DESK}")


def _of_own_centres(table: str, seen: str) -> None:
    op.execute(
        f"CREATE POLICY of_own_centres ON {table} FOR SELECT TO {DESK}"
        f" USING (EXISTS (SELECT FROM {seen}))"
    )
