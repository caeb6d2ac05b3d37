"""The files of a shipment are found by the shipment: a sweep of changes reads no others."""

from collections.abc import Sequence

from alembic import op

revision: str = "0028"
down_revision: str | None = "0027"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.execute("SET lock_timeout = '5s'")
    op.create_index("ix_logger_file_shipment_id", "logger_file", ["shipment_id"])
