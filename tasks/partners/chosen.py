"""Which partners this installation has."""

import os
from pathlib import Path

from tasks.partners.filed import FiledPartner
from tasks.partners.partner import Partner
from tasks.partners.simulated import SimulatedPartner


def partner(kind: str) -> Partner:
    """The partner for a kind of request: simulated in a demonstration, else by folder.

    `ATMPFLOW_PARTNERS` is `simulated` or the folder in which requests are left; without it that
    is `requests` in the state directory.
    """
    state = Path(os.environ.get("ATMPFLOW_STATE_DIR", "."))
    chosen = os.environ.get("ATMPFLOW_PARTNERS") or str(state / "requests")
    if chosen == "simulated":
        return SimulatedPartner(f"Simulated {kind}")
    return FiledPartner(kind, Path(chosen).expanduser() / kind)
