"""Which readings does a verdict rest on? Times outside the band, gaps, and a lost sensor."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import groupby, pairwise

from atmpflow.events.shipment import Cited
from atmpflow.products.spec import Band
from atmpflow.rules.cold_chain import gap_allowed_min
from atmpflow.rules.kinetic import mean_kinetic_c

Read = tuple[datetime, float | None]
"""When (UTC) and degrees Celsius; None where the sensor was disconnected."""

CITED = 20
"""A verdict names so many stretches at most, so that its event stays small."""

SECOND = timedelta(seconds=1)


def stretches(
    rows: Sequence[Read], band: Band, since: datetime, until: datetime, *, interval_s: float | None
) -> list[Cited]:
    """Every stretch of a leg that speaks against it, in order of time.

    `rows` are the readings between `since` and `until`, in order.
    """
    found = [*_runs(rows, band), *_gaps(rows, since, until, interval_s)]
    return sorted(found, key=lambda one: (one.since, one.kind))


def cited(found: Sequence[Cited]) -> tuple[Cited, ...]:
    """The longest of them, in order of time."""
    longest = sorted(found, key=lambda one: one.since - one.until)[:CITED]
    return tuple(sorted(longest, key=lambda one: one.since))


def _runs(rows: Sequence[Read], band: Band) -> Iterator[Cited]:
    """Readings outside the band, or without a sensor, one after another."""

    def kind(row: Read) -> str:
        if row[1] is None:
            return "lost"
        if band.holds(row[1]):
            return ""
        return "above" if row[1] > band.high_c else "below"

    for what, run in groupby(rows, key=kind):
        some = list(run)
        if what == "lost":
            yield Cited(kind="lost", since=some[0][0], until=some[-1][0], readings=len(some))
        elif what:
            yield _excursion(some, above=what == "above")


def _excursion(some: Sequence[Read], *, above: bool) -> Cited:
    degrees = [celsius for _, celsius in some if celsius is not None]
    return Cited(
        kind="excursion",
        since=some[0][0],
        until=some[-1][0],
        readings=len(some),
        worst_c=max(degrees) if above else min(degrees),
    )


def _gaps(
    rows: Sequence[Read], since: datetime, until: datetime, interval_s: float | None
) -> Iterator[Cited]:
    """Where nothing was read for longer than the interval allows: at both ends and between."""
    allowed = gap_allowed_min(interval_s) * 60 * SECOND
    for before, after in pairwise((since, *(at for at, _ in rows), until)):
        if after - before > allowed:
            yield Cited(kind="gap", since=before, until=after)


def _lasting(rows: Sequence[Read], until: datetime) -> Iterator[tuple[float | None, timedelta]]:
    """Each temperature with the time until the next, the last until `until`."""
    moments = [*(at for at, _ in rows), until]
    for (_, celsius), (at, after) in zip(rows, pairwise(moments), strict=True):
        yield celsius, after - at


def lost_min(rows: Sequence[Read], until: datetime) -> float:
    """Minutes that readings without a sensor stand for, each until the next or `until`."""
    spans = (lasts for celsius, lasts in _lasting(rows, until) if celsius is None)
    return sum(spans, timedelta()) / timedelta(minutes=1)


def kinetic_c(rows: Sequence[Read], band: Band, until: datetime) -> float | None:
    """The mean kinetic temperature of a leg, each reading weighted by the time until the next.

    None for a band without a lower end (cryogenic: each minute outside counts by itself), and
    where nothing that lasts was read.
    """
    weighted = [
        (celsius, lasts / SECOND)
        for celsius, lasts in _lasting(rows, until)
        if celsius is not None and lasts
    ]
    if band.low_c is None or not weighted:
        return None
    return round(mean_kinetic_c(weighted, band.activation_kj_per_mol), 4)
