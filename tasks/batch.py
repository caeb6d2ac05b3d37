"""Numbering batches."""

from datetime import datetime

from atmpflow.commands.manufacture import OpenBatch
from atmpflow.journey import Facts


def open_batch(facts: Facts, at: datetime) -> OpenBatch:
    """A batch number that follows from journey and version, so that it is the same on a retry."""
    # The chain-of-identity id is unique by a constraint; a part of the journey's id is not, and
    # two journeys with one number would leave the second stuck here for ever.
    letters = facts.coi.removeprefix("ATF").replace("-", "")
    return OpenBatch(
        occurred_at=at, batch=f"{facts.product.code[:3].upper()}-{letters}-{facts.version}"
    )
