"""How much of each fault: as measured for the page, or short for a quick look."""

from dataclasses import dataclass

SIZE = 200
"""Events sent while PostgreSQL is stopped; with fewer, the outages are shorter, too."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is done to each side."""

    events: int
    control: int
    """Events sent while nothing is taken away: fewer, for the peer answers them one by one."""
    short_s: float
    long_s: float
    """Seconds for which PostgreSQL is stopped, twice."""
    server_s: float
    """Seconds for which the Prefect server is killed; longer than a deadline."""
    trials: int
    """How often one run is executed twice at once."""
    quiet_s: float
    """So long nothing more must come before what is missing counts as lost."""
    deadlines: int = 5
    deadline_s: float = 30
    late_s: float = 120
    """A heartbeat comes once a minute; the server and its scheduler have to come up before."""


def plan(size: int) -> Plan:
    """The whole plan for the default size or more."""
    if size >= SIZE:
        return Plan(size, size // 4, short_s=10, long_s=60, server_s=150, trials=6, quiet_s=60)
    return Plan(size, size, short_s=5, long_s=10, server_s=45, trials=2, quiet_s=20)
