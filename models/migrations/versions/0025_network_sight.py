"""Findings and rejections that are of no journey: seen by who is appointed for every centre."""

from collections.abc import Sequence

from alembic import op

revision: str = "0025"
down_revision: str | None = "0024"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

OF_A_JOURNEY = "EXISTS (SELECT FROM journey j WHERE j.id = {table}.journey_id)"
SEES = "string_to_array(current_setting('atmpflow.sees', true), ',')"
EVERYWHERE = f"(SELECT '*' = ANY ({SEES}))"

# A finding against a centre, such as its licence, is that centre's.
OF_NONE = {
    "command": f"journey_id IS NULL AND {EVERYWHERE}",
    "finding": f"journey_id IS NULL AND ({EVERYWHERE} OR subject = ANY ((SELECT {SEES})::text[]))",
}


def upgrade() -> None:
    op.execute("SET lock_timeout = '5s'")
    for table, also in OF_NONE.items():
        op.execute(
            f"ALTER POLICY of_own_centres ON {table}"
            f" USING ({OF_A_JOURNEY.format(table=table)} OR ({also}))"
        )
