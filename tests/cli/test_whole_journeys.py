"""Whole journeys, each step of a person typed as an operator would type it."""

from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from atmpflow.commands.shipment import RecordTemperatureLog
from atmpflow.events.after import FollowUpRecorded
from atmpflow.journey import Facts
from atmpflow.people import Role
from desk.simulation.logger import export
from desk.simulation.site import next_move
from desk.simulation.step import present
from tasks.acts import ALL, by_command
from tasks.answer import drain
from tests.cli.conftest import Terminal
from tests.cli.referring import patient, refer
from tests.cli.typing_in import record

STEPS = 80


def _log(terminal: Terminal, facts: Facts, folder: Path) -> dict[str, Any]:
    found = export(facts)
    file = folder / found.filename
    file.write_bytes(found.content)
    step, since = facts.step, facts.since
    assert step is not None
    assert since is not None
    who = ("--as", "logger-reader", "--role", step.owner.value)
    where = ("--journey", facts.coi, "--logger", found.logger, "--at", since.isoformat())
    return terminal.told("log", str(file), *who, *where)


def _type_next(terminal: Terminal, facts: Facts, folder: Path) -> dict[str, Any]:
    step = facts.step
    assert step is not None
    if step.command is RecordTemperatureLog:
        return _log(terminal, facts, folder)
    move = next_move(facts)
    assert move is not None
    return terminal.told(*record(move, facts.coi))


def _carry(terminal: Terminal, journey: UUID, folder: Path) -> Facts:
    """Engine and operator take turns until the first visit of the follow-up is recorded."""
    facts = present(terminal.database.app, journey)
    for _ in range(STEPS):
        facts = present(terminal.database.app, journey)
        if facts.last(FollowUpRecorded):
            return facts
        assert facts.step is not None
        if facts.step.owner is Role.SYSTEM:
            assert drain(terminal.database.app, facts.stage, by_command(ALL), journey=journey)
            continue
        answer = _type_next(terminal, facts, folder)
        assert answer["events"], answer
        assert answer["version"] > facts.version
    raise AssertionError(f"still at {facts.stage}")


@pytest.mark.parametrize("product", ["kymriah", "zolgensma", "holoclar"])
def test_a_journey_is_carried_to_its_follow_up_by_typed_commands(
    terminal: Terminal, tmp_path: Path, product: str
) -> None:
    who = patient()
    opened = refer(terminal, tmp_path, product=product, patient=who)
    facts = _carry(terminal, UUID(opened["journey"]), tmp_path)

    told = terminal.told("journey", opened["coi"])
    assert told["stage"] == "follow_up"
    assert told["waits_for"] == "record-follow-up"
    assert told["owner"] == "treating-physician"
    assert told["since"] < told["until"]
    assert [row["seq"] for row in told["timeline"]] == list(range(1, facts.version + 1))
    assert told["custody"]
    assert told["units"]
    assert {leg["verdict"] for leg in told["shipments"]} == {"accepted"}
    assert told["doses"][0]["first_checker"] != told["doses"][0]["second_checker"]
    assert told["next_visits"][0]["due_at"] > told["timeline"][0]["occurred_at"]

    page = terminal.run("journey", opened["journey"])
    assert page.exit_code == 0
    for part in ("Timeline", "Custody", "Shipments", "Doses", "Next follow-up visits"):
        assert part in page.stdout
    assert max(len(line) for line in page.stdout.splitlines()) <= 100
    for private in ("Testpatient", "Robin", "1975-03-02", who["nhs_number"]):
        assert private not in page.stdout + str(told)
