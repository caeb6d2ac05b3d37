"""Out of specification by three signatures only; what is damaged or written off is never given."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0011"
down_revision: str | None = "0010"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

COLUMNS = ("evaluation", "evaluated_by", "request", "requested_by")

# A check passes where it is neither true nor false: every part must be true.
WHOLE = (
    "certified_by IS NULL OR (made_by IS NOT NULL AND checked_by IS NOT NULL"
    " AND certificate IS NOT NULL AND in_specification IS NOT NULL AND (in_specification OR ("
    "evaluation IS NOT NULL AND request IS NOT NULL AND evaluated_by IS NOT NULL"
    " AND requested_by IS NOT NULL AND evaluated_by <> requested_by"
    " AND certified_by <> evaluated_by AND certified_by <> requested_by)))"
)

REFUSE_UNUSABLE = """
CREATE FUNCTION refuse_unusable() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM unit WHERE unit = NEW.unit AND state IN (
            'damaged', 'written-off', 'rejected', 'destroyed', 'insufficient', 'used', 'left')
    ) THEN
        RAISE EXCEPTION 'this unit is not to be given'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'administration_usable';
    END IF;
    RETURN NEW;
END $$
"""


def upgrade() -> None:
    op.execute("SET lock_timeout = '5s'")
    for name in COLUMNS:
        op.add_column("batch", sa.Column(name, sa.String(), nullable=True))
    op.drop_constraint("batch_certified_whole", "batch")
    op.create_check_constraint("batch_certified_whole", "batch", WHOLE)
    op.execute(REFUSE_UNUSABLE)
    op.execute(
        "CREATE TRIGGER administration_usable BEFORE INSERT ON administration"
        " FOR EACH ROW EXECUTE FUNCTION refuse_unusable()"
    )
