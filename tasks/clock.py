"""What time it is: the one place that reads a clock."""

import os
from datetime import UTC, datetime
from pathlib import Path

SIMULATED = "ATMPFLOW_SIMULATED_CLOCK"
"""Names a file with the moment of a simulation; set by `atmpflow demo` and nothing else."""


def wall() -> datetime:
    """The present moment, UTC: when things are recorded, claimed and leased."""
    return datetime.now(UTC)


def now() -> datetime:
    """The moment that deadlines are held against: the present, or that of a simulation."""
    file = os.environ.get(SIMULATED)
    if not file or not Path(file).exists():
        return wall()
    return datetime.fromisoformat(Path(file).read_text(encoding="ascii").strip())


def simulated() -> bool:
    """Is time simulated here? Said wherever users look."""
    return bool(os.environ.get(SIMULATED))
