"""Anchors: who this record is, and when the database itself kept what is only added to."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0007"
down_revision: str | None = "0006"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

APPLICATION = "atmpflow_app"
IDENTITY = "atmpflow_identity"

ANCHORED = (
    ("public", "command"), ("public", "logger_file"), ("identity", "person"),
    ("identity", "received"), ("identity", "access"), ("identity", "sealing_key"),
)  # fmt: skip


def upgrade() -> None:
    op.execute("SET lock_timeout = '5s'")
    for schema, table in ANCHORED:
        # A constant for what is there already: no row is written anew.
        column = sa.Column(
            "kept_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.text("now()")
        )
        op.add_column(table, column, schema=schema)
        op.create_index(
            f"ix_{table}_kept_at", table, ["kept_at"], schema=schema, postgresql_using="brin"
        )
    _installation()


def _installation() -> None:
    op.create_table(
        "installation",
        sa.Column("single", sa.Boolean(), nullable=False, server_default=sa.text("true")),
        sa.Column("id", sa.Uuid(), nullable=False, server_default=sa.text("gen_random_uuid()")),
        sa.Column(
            "since", sa.DateTime(timezone=True), nullable=False, server_default=sa.text("now()")
        ),
        sa.CheckConstraint("single", name="installation_single"),
        sa.PrimaryKeyConstraint("single", name="pk_installation"),
    )
    for when, scope in (("UPDATE OR DELETE", "ROW"), ("TRUNCATE", "STATEMENT")):
        trigger = f"installation_no_{scope.lower()}_change"
        op.execute(
            f"CREATE TRIGGER {trigger} BEFORE {when} ON installation"
            f" FOR EACH {scope} EXECUTE FUNCTION refuse_change()"
        )
        op.execute(f"ALTER TABLE installation ENABLE ALWAYS TRIGGER {trigger}")
    op.execute(f"GRANT SELECT, INSERT ON installation TO {APPLICATION}")
