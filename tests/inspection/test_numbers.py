"""Every number of a pack is what the tables say, counted again in SQL of the tests' own."""

from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from desk.inspection.archive import MANIFEST, faults
from models.inspection.part import parts
from models.inspection.scope import Scope
from tests.inspection.conftest import HERE, VECTOR, Inspected
from tests.inspection.counting import BY_JOURNEY, FIGURES, counted
from tests.models.rows import select
from tests.papers.test_paper import words

SITE = "SELECT id FROM journey WHERE centre = %s"
PERIOD = (
    "SELECT DISTINCT journey_id FROM ledger WHERE occurred_at >= %s AND occurred_at < %s"
    " OR recorded_at >= %s AND recorded_at < %s"
)
LOT = "SELECT DISTINCT journey_id FROM material_lot WHERE lot = %s"
STOCK = (
    "SELECT DISTINCT u.journey_id FROM unit u JOIN stock_unit s ON s.unit = u.unit"
    " WHERE s.batch = %s"
)
MIDDLE = """
SELECT min(recorded_at), percentile_disc(0.5) WITHIN GROUP (ORDER BY recorded_at) FROM ledger
"""
"""A period in which about half of what is on record was recorded."""


def _scopes(one: Inspected) -> dict[str, tuple[Scope, list[UUID]]]:
    """Every kind of scope, with the journeys that plain SQL finds for it."""

    def ids(query: str, *values: Any) -> list[UUID]:
        return sorted(row[0] for row in select(one.database.app, query, *values))

    ((since, until),) = select(one.database.app, MIDDLE)
    period = ids(PERIOD, since, until, since, until)
    return {
        "whole journey": (Scope("journey", one.whole.coi), [one.whole.journey]),
        "warm journey": (Scope("journey", str(one.warm.journey)), [one.warm.journey]),
        "lot": (Scope("batch", VECTOR), ids(LOT, VECTOR)),
        "stock batch": (Scope("batch", one.batch), ids(STOCK, one.batch)),
        "site": (Scope("site", site=HERE), ids(SITE, HERE)),
        "period": (Scope("period", since=since, until=until), period),
        "site and period": (
            Scope("site", site=HERE, since=since, until=until),
            sorted(set(period) & set(ids(SITE, HERE))),
        ),
    }


SCOPES = ("whole journey", "warm journey", "lot", "stock batch", "site", "period",
          "site and period")  # fmt: skip


@pytest.mark.parametrize("name", SCOPES)
def test_every_count_of_a_pack_is_what_the_tables_say(
    inspected: Inspected, tmp_path: Path, name: str
):
    scope, journeys = _scopes(inspected)[name]
    assert journeys, "nothing to count"
    app = inspected.database.app
    made, pack = inspected.pack(tmp_path, scope)
    with pack:
        chosen = sorted(UUID(one["journey"]) for one in pack.told("pack.json")["journeys"])
        told = {part: len(pack.told(f"parts/{part}.json")) for part in BY_JOURNEY}
        figures = {one["figure"]: one["count"] for one in pack.told("parts/figures.json")}
        outcomes = pack.told("parts/outcomes.json")
        rows = {one["name"]: one.get("rows") for one in pack.told(MANIFEST)["members"]}
    assert chosen == journeys
    assert told == counted(app, BY_JOURNEY, journeys)
    assert figures == counted(app, FIGURES, journeys)
    assert sum(one["journeys"] for one in outcomes) == len(journeys)
    assert {part: rows[f"parts/{part}.json"] for part in BY_JOURNEY} == told
    assert {part: rows[f"tables/{part}.csv"] for part in BY_JOURNEY} == told
    assert faults(made.archive) == []
    _paper_agrees(words(made.paper.read_bytes()), figures)


def _paper_agrees(pages: list[str], figures: dict[str, int]) -> None:
    """The summary's figures on paper are those of the archive."""
    text = "\n".join(pages).splitlines()
    for figure, count in figures.items():
        assert f"{figure} {count}" in text, figure


def test_every_part_of_a_journey_is_counted_by_these_tests():
    assert {one.name for one in parts() if one.of == "journeys"} == set(BY_JOURNEY)


def test_all_kinds_of_things_are_there_to_be_counted(inspected: Inspected):
    """A count of nothing proves little."""
    journeys = [row[0] for row in select(inspected.database.app, "SELECT id FROM journey")]
    found = counted(inspected.database.app, {**BY_JOURNEY, **FIGURES}, journeys)
    assert {name for name, count in found.items() if not count} <= {
        "relabelling", "findings", "findings that are open", "recalls", "safety",
        "signatures that are void", "deviations not decided", "journeys that are open and on hold",
    }  # fmt: skip
