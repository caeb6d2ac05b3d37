"""Findings and refusals that are of no journey: seen by whom they concern, and over all centres."""

from collections.abc import Sequence

from alembic import op

revision: str = "0025"
down_revision: str | None = "0024"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

OF_A_JOURNEY = "EXISTS (SELECT FROM journey j WHERE j.id = {table}.journey_id)"
SEES = "string_to_array(current_setting('atmpflow.sees', true), ',')"
EVERYWHERE = f"(SELECT '*' = ANY ({SEES}))"

REFERS = "string_to_array(current_setting('atmpflow.refers', true), ',')"

# A referral that was refused opened no journey: it is of both ends that it names. A finding against
# a centre, such as its licence, is that centre's.
REFUSED_REFERRAL = f"""name = 'refer' AND outcome = 'rejected'
    AND (payload ->> 'treating_centre' = ANY ((SELECT {SEES})::text[])
        OR payload ->> 'referring_organisation' = ANY ((SELECT {REFERS})::text[]))"""
OF_NONE = {
    "command": f"{EVERYWHERE} OR {REFUSED_REFERRAL}",
    "finding": f"journey_id IS NULL AND ({EVERYWHERE} OR subject = ANY ((SELECT {SEES})::text[]))",
}


def upgrade() -> None:
    op.execute("SET lock_timeout = '5s'")
    for table, also in OF_NONE.items():
        op.execute(
            f"ALTER POLICY of_own_centres ON {table}"
            f" USING ({OF_A_JOURNEY.format(table=table)} OR ({also}))"
        )
