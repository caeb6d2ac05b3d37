"""Stories of the supply: cells, shipments, manufacture, release and thaw."""

from datetime import datetime

from atmpflow.commands.collection import RecordCellCount
from atmpflow.events.collection import CollectionShort
from atmpflow.journey import Facts
from atmpflow.people import Role
from desk.simulation.site import Move
from desk.stories.story import MINUTE, Story, by


def _too_few(facts: Facts, since: datetime) -> Move | None:
    """The first count is far below the product's minimum."""
    if facts.ever(CollectionShort):
        return None
    count = RecordCellCount(occurred_at=since + 60 * MINUTE, count=0, viability_pct=41)
    return by(Role.LABORATORY, count)


STORIES = (
    Story(
        name="short-collection",
        title="A collection with too few cells",
        product="kymriah",
        goes_wrong="The laboratory counts too few living cells; the nurse collects again.",
        turns={"record-cell-count": _too_few},
    ),
)
