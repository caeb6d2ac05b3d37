"""`atmpflow verify` and the nightly run: the checker and replay together, told to people."""

import asyncio
import json
from typing import Any

import pytest
from prefect import State
from typer.testing import CliRunner

from desk.cli.main import app as command_line
from tasks.verify import verified
from tasks.verify_run import run_verify
from tests.conftest import Database
from tests.factories import opened, patient, walk
from tests.invariants.conftest import record_of

WORDS = {"NO_COLOR": "1", "COLUMNS": "120"}


def _verify(*words: str) -> Any:
    return CliRunner().invoke(command_line, ["verify", *words], env=WORDS)


def _damage(database: Database) -> None:
    record_of(database).change("UPDATE journey SET trial = 'FORGED'")


@pytest.fixture
def one_journey(own_database: Database) -> Database:
    app = own_database.app
    journey = opened(app, "zolgensma", patient=patient(family_name="Canarybird"))
    assert walk(app, journey, lambda facts: False).ended == "completed"
    return own_database


def test_a_whole_record_is_told_line_by_line_and_exits_with_0(one_journey: Database):
    result = _verify()
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    assert sum(line.startswith("holds") for line in lines) == 22
    assert any(line.startswith("holds     14   order free") for line in lines)


def test_what_is_broken_exits_with_5_and_is_named_in_json(one_journey: Database):
    _damage(one_journey)
    result = _verify("--json")
    assert result.exit_code == 5
    told = json.loads(result.stdout)
    assert told["ok"] is False
    assert [(one["number"], one["found"]) for one in told["violations"]] == [
        ("10r", "journey.trial is not what the ledger says")
    ]
    states = {one["number"]: one["state"] for one in told["invariants"]}
    assert (states["10"], states["10r"], states["14"]) == ("holds", "violated", "holds")


def test_people_are_shown_the_first_violations_and_told_how_many_there_are(one_journey: Database):
    record_of(one_journey).change("DELETE FROM outbox")
    result = _verify()
    assert result.exit_code == 5
    assert "nobody will be told of it" in result.stdout
    assert "more: atmpflow verify --json" in result.stdout


def test_nothing_personal_is_in_what_is_found(one_journey: Database):
    record = record_of(one_journey)
    number = record.nhs_number(record.one("SELECT id FROM journey"))
    record.change("UPDATE reaction SET trouble = %(number)s", number=number)
    record.change("UPDATE custody SET holder = ''")
    unit = record.one("SELECT unit FROM unit")
    said = _verify("--json").stdout
    assert '"20"' in said
    assert not any(word in said for word in (number, unit, "Canarybird"))


def test_a_ledger_that_no_rule_can_read_is_a_finding_and_no_crash(one_journey: Database):
    record_of(one_journey).change("UPDATE ledger SET name = 'unknown.event' WHERE seq = 3")
    report = verified(one_journey.app)
    assert "the ledger cannot be replayed: KeyError" in [one.found for one in report.violations]


def test_the_nightly_run_fails_when_the_record_is_not_whole(one_journey: Database):
    assert asyncio.run(run_verify()) == "whole; not yet applicable: none"
    _damage(one_journey)
    state = asyncio.run(run_verify())
    assert isinstance(state, State)
    assert state.is_failed()
    assert state.message == "1 violation of 10r; not yet applicable: none"
