"""The map of custody: who held what, at a site or on the road, from when until when."""

from datetime import UTC, datetime, timedelta

from tasks.pictures.paper import as_png, as_svg
from tasks.pictures.strip import Line, Strip, Turn, draw
from tests.pictures.looked_at import greys, groups, touching, words

START = datetime(2026, 3, 27, 9, tzinfo=UTC)
TRUST = "A University Hospitals NHS Foundation Trust"


def _at(hours: int) -> datetime:
    return START + timedelta(hours=hours)


def _strip() -> Strip:
    material = Line(
        ("=G151626123456",), "material", "used",
        (
            Turn("RRK", TRUST, None, _at(0), _at(5), 0, carried=False),
            Turn("Simulated courier", "", "RRK", _at(5), _at(20), 2, carried=True),
            Turn("Another courier", "", "Simulated courier", _at(20), _at(30), 0, carried=True),
            Turn("A manufacturer Limited", "", "Another courier", _at(30), _at(70), 2,
                 carried=False),
        ),
    )  # fmt: skip
    product = Line(
        ("B-1-U1", "B-1-U2", "B-1-U3"), "product", "on-site",
        (
            Turn("A manufacturer Limited", "", None, _at(500), _at(700), 0, carried=False),
            Turn("Simulated courier", "", "A manufacturer Limited", _at(700), _at(720), 2,
                 carried=True),
            Turn("RRK", TRUST, "Simulated courier", _at(720), None, 1, carried=False),
        ),
        "=G151626123456",
    )  # fmt: skip
    return Strip("ATF-7K3M-9QXV-2T4B", "Kymriah", [material, product])


def test_every_holder_and_hand_over_is_on_the_map_with_its_times():
    svg = as_svg(draw(_strip()), _strip().title)
    assert {"title", "site", "road", "holder", "hand-over"} <= groups(svg)
    said = words(svg)
    for word in ("ATF-7K3M-9QXV-2T4B", "RRK", "Another courier", "27 Mar 2026 14:00",
                 "(14:00 GMT)", "both ends scanned", "not scanned", "one end scanned", "held now",
                 "made from =G151626123456", "and 1 more", "used"):  # fmt: skip
        assert word in said


def test_nothing_written_runs_into_anything_else():
    assert touching(draw(_strip())) == []


def test_road_and_site_are_told_apart_without_colours_and_the_file_is_small():
    png = as_png(draw(_strip()), _strip().title)
    assert len(png) < 100_000
    picture = greys(png)
    assert picture.min() < 40
    assert picture.max() > 245


def test_the_same_custody_is_the_same_file():
    assert as_svg(draw(_strip()), "") == as_svg(draw(_strip()), "")
