"""Duties: a table of what people owe beside the course of a journey."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

APPLICATION = "atmpflow_app"


def moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def words(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.String(), nullable=nullable)


def upgrade() -> None:
    op.execute("SET lock_timeout = '5s'")
    op.create_table(
        "duty",
        sa.Column("journey_id", sa.Uuid(), nullable=False),
        words("name"),
        words("title"),
        words("owner"),
        words("cause"),
        sa.Column("seq", sa.Integer(), nullable=False),
        words("source"),
        moment("since"),
        moment("due_at"),
        moment("overdue_at", nullable=True),
        moment("fulfilled_at", nullable=True),
        words("fulfilled_by", nullable=True),
        words("reference", nullable=True),
        sa.CheckConstraint("since <= due_at", name="duty_interval"),
        sa.CheckConstraint(
            "(fulfilled_at IS NULL) = (fulfilled_by IS NULL)"
            " AND (fulfilled_at IS NULL) = (reference IS NULL)",
            name="duty_fulfilled_whole",
        ),
        sa.CheckConstraint("fulfilled_at IS NULL OR fulfilled_at >= since", name="duty_fulfilled_after"),
        sa.ForeignKeyConstraint(["journey_id"], ["journey.id"], name="fk_duty_journey_id"),
        sa.PrimaryKeyConstraint("journey_id", "name", name="pk_duty"),
    )
    op.create_index(
        "ix_duty_open", "duty", ["due_at"], postgresql_where=sa.text("fulfilled_at IS NULL")
    )
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON duty TO {APPLICATION}")
