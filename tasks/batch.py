"""Numbering batches."""

from datetime import datetime

from atmpflow.commands.manufacture import OpenBatch
from atmpflow.journey import Facts


def open_batch(facts: Facts, at: datetime) -> OpenBatch:
    """A batch number that follows from journey and version, so that it is the same on a retry."""
    number = f"{facts.product.code[:3].upper()}-{facts.journey.hex[:8].upper()}-{facts.version}"
    return OpenBatch(occurred_at=at, batch=number)
