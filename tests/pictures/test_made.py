"""Pictures of recorded journeys: all that was shipped and held, and nobody's name."""

import json
from pathlib import Path

from atmpflow.events.shipment import ShipmentPacked
from tests.cli.conftest import Terminal, terminal  # noqa: F401 - a fixture
from tests.factories import journey_at
from tests.pictures.looked_at import words


def test_a_journey_is_drawn_leg_by_leg_without_a_name(
    terminal: Terminal,  # noqa: F811
    tmp_path: Path,
):
    facts = journey_at(terminal.database.app, "prescribe-dose")
    folder = tmp_path / "pictures"
    told = terminal.told("journey", facts.coi, "--plots", str(folder))
    names = {Path(file).name for file in told["pictures"]}
    assert names == {
        f"{facts.coi}-{what}.{ending}"
        for what in ("custody", "leg-1", "leg-2")
        for ending in ("svg", "png")
    }
    packed = [event.scanned_unit for _, event in facts.ever(ShipmentPacked)]
    for number, unit in enumerate(packed, 1):
        said = words((folder / f"{facts.coi}-leg-{number}.svg").read_bytes())
        assert facts.coi in said
        assert unit in said
    custody = words((folder / f"{facts.coi}-custody.svg").read_bytes())
    assert "both ends scanned" in custody
    everything = " ".join(words(file.read_bytes()) for file in folder.glob("*.svg"))
    people = {row.actor.id for row in facts.history if row.actor.role != "system"}
    assert not [one for one in people if one in everything]
    one = json.loads(
        terminal.run("plot", facts.coi, "--leg", "1", "--out", folder, "--json").stdout
    )
    assert [Path(file).suffix for file in one["files"]] == [".svg", ".png"]


def test_what_cannot_be_drawn_yet_says_why(
    terminal: Terminal,  # noqa: F811
    tmp_path: Path,
):
    new = journey_at(terminal.database.app, "record-consent")
    for words_typed, code in (
        (("plot", new.coi), "custody-none"),
        (("plot", new.coi, "--leg", "1"), "leg-unknown"),
    ):
        (refused,) = terminal.refused(*words_typed, "--out", str(tmp_path))
        assert refused["code"] == code
    on_the_way = journey_at(terminal.database.app, "deliver-shipment")
    (refused,) = terminal.refused("plot", on_the_way.coi, "--leg", "1", "--out", str(tmp_path))
    assert refused["code"] == "leg-not-logged"


def test_the_journeys_page_shows_giver_receiver_and_where_its_pictures_are(
    terminal: Terminal,  # noqa: F811
):
    facts = journey_at(terminal.database.app, "receive-shipment")
    page = terminal.run("journey", facts.coi).stdout
    for said in ("From whom", "Held by", "receiver", "scanned", "atmpflow plot"):
        assert said in page
    turns = terminal.told("journey", facts.coi)["custody"]
    assert turns[0]["giver"] is None
    assert [turn["giver"] for turn in turns[1:]] == [turn["holder"] for turn in turns[:-1]]
    assert turns[1]["giver_scan"] == turns[1]["unit"]
    assert turns[1]["receiver_scan"] == turns[2]["giver_scan"]
