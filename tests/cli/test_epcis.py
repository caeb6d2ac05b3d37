"""`atmpflow epcis`: a journey as a document, and partners' events that nothing came of."""

import json
from pathlib import Path

from atmpflow.epcis.document import read
from tests.cli.conftest import Terminal
from tests.conftest import Database
from tests.epcis.samples import moved
from tests.epcis.test_capture import sent
from tests.factories import journey_at


def test_a_journey_is_written_as_a_document(
    terminal: Terminal, database: Database, tmp_path: Path
) -> None:
    facts = journey_at(database.app, "deliver-shipment")
    file = tmp_path / "journey.jsonld"

    told = terminal.told("epcis", facts.coi, "--out", str(file))

    document = json.loads(file.read_text(encoding="utf-8"))
    assert read(document).problems == ()
    assert len(document["epcisBody"]["eventList"]) == told["events"]


def test_what_matched_nothing_is_listed_with_its_code(
    terminal: Terminal, database: Database
) -> None:
    sent(database, moved(eventTime="2026-06-01T06:00:00Z", epcList=["urn:x:nobodys"]))

    told = terminal.told("epcis", "--open")

    assert "shipment-not-named" in {one["code"] for one in told}


def test_neither_a_journey_nor_open_is_a_wrong_use(terminal: Terminal) -> None:
    assert terminal.run("epcis").exit_code == 2
