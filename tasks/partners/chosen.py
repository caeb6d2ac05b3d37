"""Which partners this installation has."""

import os
from pathlib import Path

from tasks.partners.filed import FiledPartner
from tasks.partners.partner import Partner
from tasks.partners.simulated import SimulatedPartner


def simulated() -> bool:
    """Whether partners and people are simulated here: a demonstration, never a real site."""
    return os.environ.get("ATMPFLOW_PARTNERS") == "simulated"


def partner(kind: str) -> Partner:
    """The partner for a kind of request: simulated in a demonstration, else by folder.

    `ATMPFLOW_PARTNERS` is `simulated` or the folder in which requests are left; without it that
    is `requests` in the state directory.
    """
    if simulated():
        return SimulatedPartner(f"Simulated {kind}")
    state = Path(os.environ.get("ATMPFLOW_STATE_DIR", "."))
    chosen = os.environ.get("ATMPFLOW_PARTNERS") or str(state / "requests")
    return FiledPartner(kind, Path(chosen).expanduser() / kind)
