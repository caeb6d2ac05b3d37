"""The head-to-head as a person reads it."""

from rich.table import Table

from benchmarks.figures import Result

EVENTS = {
    "control": "nothing taken away",
    "short": "PostgreSQL stopped for {short_away_s:.0f} s",
    "long": "PostgreSQL stopped for {long_away_s:.0f} s",
}
DEADLINES = {
    "on_time": "nothing taken away",
    "outage": "Prefect server killed for {server_away_s:.0f} s",
}


def table(result: Result) -> Table:
    """One row a fault and what is counted, plain Prefect beside atmpflow."""
    value = {one.name: one.value for one in result.figures}
    shown = Table(title=f"faults (size {result.size})", title_justify="left")
    for heading in ("fault", "counted", "plain Prefect", "atmpflow", "kept to"):
        shown.add_column(heading, overflow="fold")
    of = {one.name: one for one in result.figures}

    def row(fault: str, counted: str, theirs: str, ours: str, total: float) -> None:
        peer = f"{value[theirs]:.0f}/{total:.0f}" if theirs in value else ""
        within = "yes" if of[ours].within else "NO"
        shown.add_row(
            fault.format(**value), counted, peer, f"{value[ours]:.0f}/{total:.0f}", within
        )

    for name, fault in EVENTS.items():
        for counted, what in (("stored", "events on record"), ("acted", "side effects")):
            total = value[f"{name}_sent"]
            row(fault, what, f"prefect_{name}_{counted}", f"{name}_{counted}", total)
    for name, fault in DEADLINES.items():
        for counted, what in (("fired", "deadlines fired"), ("answered", "side effects")):
            row(fault, what, f"prefect_{name}_{counted}", f"{name}_{counted}", 5)
    twice = "one run executed twice at once"
    row(twice, "side effects doubled", "prefect_doubled", "doubled", value["trials"])
    return shown
