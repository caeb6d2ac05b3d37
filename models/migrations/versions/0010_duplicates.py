"""Commands that came again are kept: received = accepted + rejected + duplicate."""

from collections.abc import Sequence

from alembic import op

revision: str = "0010"
down_revision: str | None = "0009"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.execute("SET lock_timeout = '5s'")
    op.execute("ALTER TABLE command DROP CONSTRAINT command_outcome")
    op.execute(
        "ALTER TABLE command ADD CONSTRAINT command_outcome"
        " CHECK (outcome IN ('accepted', 'rejected', 'duplicate'))"
    )
