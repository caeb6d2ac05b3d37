"""Labels that replaced others, each under two people; the old one stays on record."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

APPLICATION = "atmpflow_app"


def upgrade() -> None:
    op.execute("SET lock_timeout = '5s'")
    op.create_table(
        "unit_label",
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("journey_id", sa.Uuid(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("old_label", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("first_person", sa.String(), nullable=False),
        sa.Column("second_person", sa.String(), nullable=False),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("first_person <> second_person", name="unit_label_four_eyes"),
        sa.CheckConstraint("version >= 2", name="unit_label_version"),
        sa.ForeignKeyConstraint(
            ["unit", "journey_id"],
            ["unit.unit", "unit.journey_id"],
            name="fk_unit_label_unit_journey_id",
        ),
        sa.PrimaryKeyConstraint("unit", "version", name="pk_unit_label"),
        sa.UniqueConstraint("label", name="uq_unit_label_label"),
    )
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON unit_label TO {APPLICATION}")
