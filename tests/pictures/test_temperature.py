"""The picture of a leg shows band, excursions, gaps and hand-overs, also without colours."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from math import sin
from pathlib import Path

import pytest

from atmpflow.products.spec import Band
from atmpflow.rules.stretches import Read, stretches
from tasks.loggers.reader import read_log
from tasks.pictures.leg import LegPicture, Mark
from tasks.pictures.paper import as_png, as_svg
from tasks.pictures.temperature import draw
from tests.pictures.looked_at import greys, groups, touching, words

REAL = Path(__file__).resolve().parents[3] / "shared" / "data" / "temperature"
START = datetime(2026, 3, 28, 22, 10, tzinfo=UTC)
FRIDGE = Band(low_c=2, high_c=8, source="a stability report")
SMALL_PNG, SMALL_SVG = 100_000, 400_000


def _picture(rows: list[Read], band: Band, interval_s: float) -> LegPicture:
    since, until = rows[0][0], rows[-1][0]
    lasting = until - since
    marks = [
        Mark(since, "packed and sealed by RRK"),
        Mark(since + timedelta(minutes=2), "RRK to Simulated courier"),
        Mark(since + lasting * 0.6, "Simulated courier to Simulated back-up courier"),
        Mark(until - timedelta(minutes=2), "Simulated back-up courier to a manufacturer"),
        Mark(until, "opened and checked by a manufacturer of a long name Limited"),
    ]
    return LegPicture(
        coi="ATF-7K3M-9QXV-2T4B",
        unit="=G151626123456",
        number=1,
        leg="outbound",
        product="Kymriah",
        logger="RCPJ00010",
        band=band,
        rows=rows,
        found=stretches(rows, band, since, until, interval_s=interval_s),
        since=since,
        until=until,
        marks=marks,
        decided=("Quarantined, 30 Mar 2026 09:00 UTC: excursion, log-gap, sensor-lost",
                 "Deviation accepted, 31 Mar 2026 11:20 UTC: DEV-2026-0114"),
    )  # fmt: skip


def _wavy(count: int = 400, every: timedelta = timedelta(minutes=5)) -> list[Read]:
    """A wave with a time too warm, a gap and a lost sensor."""

    def read(place: int) -> float | None:
        if 0.85 < place / count < 0.87:
            return None
        warm = 3.9 if 0.45 < place / count < 0.5 else 0.0
        return round(5 + 1.2 * sin(place * 12 / count) + warm, 2)

    return [(START + place * every, read(place)) for place in range(count)
            if not 0.7 < place / count < 0.74]  # fmt: skip


def _worst(shown: LegPicture) -> str:
    warmest = max(one.worst_c for one in shown.found if one.worst_c is not None)
    assert warmest > 8
    return f"to {warmest:g} °C"


def test_band_excursion_gap_hand_overs_and_readings_are_parts_of_the_picture():
    shown = _picture(_wavy(), FRIDGE, 300)
    svg = as_svg(draw(shown), shown.title)
    there = groups(svg)
    assert {"band", "band-low", "band-high", "readings", "worst", "title"} <= there
    assert {f"hand-over-{letter}" for letter in "ABCDE"} <= there
    assert {name.partition("-")[0] for name in there} >= {"excursion", "gap", "lost"}
    said = words(svg)
    for word in ("ATF-7K3M-9QXV-2T4B", "=G151626123456", "Temperature (°C)", "UTC", "BST",
                 "Band: 2 to 8 °C", _worst(shown), "DEV-2026-0114"):  # fmt: skip
        assert word in said


def test_a_leg_that_went_well_says_so_and_shows_no_excursion():
    rows = [(at, 5.0) for at, _ in _wavy()[:200]]
    shown = replace(_picture(rows, FRIDGE, 300), decided=("Accepted by its readings",))
    svg = as_svg(draw(shown), shown.title)
    assert not {name for name in groups(svg) if name.startswith(("excursion", "gap", "lost"))}
    assert "No excursion and no gap." in words(svg)


def test_the_same_leg_is_the_same_file():
    shown = _picture(_wavy(), FRIDGE, 300)
    assert as_svg(draw(shown), shown.title) == as_svg(draw(shown), shown.title)
    assert as_png(draw(shown), shown.title) == as_png(draw(shown), shown.title)


def test_nothing_written_runs_into_anything_else():
    assert touching(draw(_picture(_wavy(), FRIDGE, 300))) == []


def test_without_colours_excursion_gap_and_band_are_told_apart():
    well = _picture([(at, 5.0) for at, _ in _wavy()], FRIDGE, 300)
    well = replace(well, found=[], marks=[])
    excursion = [one for one in _picture(_wavy(), FRIDGE, 300).found if one.kind == "excursion"]
    gap = [one for one in _picture(_wavy(), FRIDGE, 300).found if one.kind == "gap"]
    plain, warm, blind = (
        greys(as_png(draw(replace(well, found=found)), "")).astype(int)
        for found in ([], excursion, gap)
    )
    where_warm, where_blind = (
        _inside(abs(plain - other) > 0) for other in (warm, blind)
    )  # the hatched parts, off the words beside them
    assert plain.min() < 40
    assert plain.max() > 245
    dark = warm[where_warm].mean()
    light = blind[where_blind].mean()
    assert plain[where_warm].mean() - dark > 25
    assert light - dark > 25
    assert warm[where_warm].std() > 20  # hatched, not only shaded


def _inside(differs):  # type: ignore[no-untyped-def]
    """Only what lies within the plot's frame, between its dashed limits."""
    kept = differs.copy()
    kept[:, int(kept.shape[1] * 0.64) :] = False
    kept[: int(kept.shape[0] * 0.45), :] = False
    kept[int(kept.shape[0] * 0.6) :, :] = False
    return kept


def test_forty_five_thousand_readings_make_a_small_picture():
    shown = _picture(_wavy(45_000, timedelta(seconds=10)), FRIDGE, 10)
    assert len(shown.rows) > 40_000
    figure = draw(shown)
    svg, png = as_svg(figure, shown.title), as_png(figure, shown.title)
    assert (len(svg) < SMALL_SVG, len(png) < SMALL_PNG) == (True, True)
    assert _worst(shown) in words(svg)


@pytest.mark.parametrize("name", ["130500109088_202206081014", "RCPJ00010_02_202211090128"])
def test_a_real_export_is_drawn_with_every_one_of_its_stretches(name: str):
    file = REAL / f"{name}.txt"
    if not file.exists():
        pytest.skip("the real logger exports are not beside the project")
    log = read_log(file.read_bytes(), zone="UTC")
    rows = list(log.readings)
    shown = _picture(rows, FRIDGE, log.interval_s or 300)
    figure = draw(shown)
    svg, png = as_svg(figure, shown.title), as_png(figure, shown.title)
    drawn = {name for name in groups(svg) if name.startswith(("excursion-", "gap-", "lost-"))}
    assert len(drawn) == len(shown.found)
    assert len(png) < SMALL_PNG
    assert touching(figure) == []
