"""The figures of both sides, and the limits that ours are held to."""

from collections.abc import Iterator

from benchmarks.faults.course import Deadlines, Measured, Sent
from benchmarks.faults.plan import Plan
from benchmarks.figures import Figure


def figures(plan: Plan, *, ours: Measured, theirs: Measured) -> tuple[Figure, ...]:
    """Ours with limits, the peer's beside them."""
    found: list[Figure] = []
    for name, what in (
        ("control", "nothing taken away"),
        ("short", "PostgreSQL stopped for a short while"),
        ("long", "PostgreSQL stopped for longer"),
    ):
        found += _events(name, what, getattr(ours, name), getattr(theirs, name))
    found += _deadlines("on_time", "nothing taken away", ours.on_time, theirs.on_time)
    found += _deadlines("outage", "Prefect server killed", ours.deadlines, theirs.deadlines)
    late = "the last deadline after the server's return"
    found.append(Figure("deadlines_late_s", ours.deadlines.late_s, "s", late, most=plan.late_s))
    twice = f"runs with two effects, of {plan.trials} executed twice at once"
    found.append(Figure("trials", plan.trials, "", "runs executed twice at once"))
    found.append(Figure("doubled", ours.doubled, "", twice, most=0))
    found.append(Figure("prefect_doubled", theirs.doubled, "", f"plain Prefect: {twice}"))
    return tuple(found)


def _events(name: str, what: str, ours: Sent, theirs: Sent) -> Iterator[Figure]:
    of = f"of {ours.sent} events, {what}"
    all_of_it = ours.sent
    yield Figure(f"{name}_sent", all_of_it, "", f"events sent to each, {what}")
    if name != "control":
        yield Figure(f"{name}_away_s", ours.away_s, "s", f"{what}: measured", least=1)
        yield Figure(f"prefect_{name}_away_s", theirs.away_s, "s", f"{what}: measured, peer")
        kept = f"kept by the sender, {of}"
        yield Figure(f"{name}_kept", ours.kept, "", kept, least=all_of_it)
    counted, peer = ours.counted, theirs.counted
    yield Figure(f"{name}_stored", counted.stored, "", f"on record, {of}", least=all_of_it)
    yield Figure(f"{name}_acted", counted.acted, "", f"had their effect, {of}", least=all_of_it)
    yield Figure(f"{name}_twice", counted.twice, "", f"effects too many, {of}", most=0)
    yield Figure(f"prefect_{name}_stored", peer.stored, "", f"plain Prefect: on record, {of}")
    yield Figure(f"prefect_{name}_triggered", peer.triggered, "", f"plain Prefect: fired, {of}")
    yield Figure(f"prefect_{name}_acted", peer.acted, "", f"plain Prefect: had their effect, {of}")
    share, peers_share = counted.acted / all_of_it, peer.acted / all_of_it
    yield Figure(f"{name}_acted_share", share, "x", f"had their effect, share {of}")
    yield Figure(f"prefect_{name}_acted_share", peers_share, "x", f"plain Prefect: share {of}")


def _deadlines(name: str, what: str, ours: Deadlines, theirs: Deadlines) -> Iterator[Figure]:
    of = f"of {ours.set} deadlines, {what}"
    if ours.away_s:
        yield Figure("server_away_s", ours.away_s, "s", f"{what}: measured", least=1)
        yield Figure("prefect_server_away_s", theirs.away_s, "s", f"{what}: measured, peer")
    fired, acted = ours.counted.stored, ours.counted.acted
    yield Figure(f"{name}_fired", fired, "", f"fired, {of}", least=ours.set)
    yield Figure(f"{name}_answered", acted, "", f"had their effect, {of}", least=ours.set)
    yield Figure(f"{name}_fired_twice", ours.counted.twice, "", f"fired twice, {of}", most=0)
    peer = theirs.counted
    yield Figure(f"prefect_{name}_fired", peer.triggered, "", f"plain Prefect: fired, {of}")
    yield Figure(f"prefect_{name}_answered", peer.acted, "", f"plain Prefect: effect, {of}")
