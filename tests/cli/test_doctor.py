"""`atmpflow doctor` on a real database: what is whole is well, what was tampered with is found."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from deployments.roles import plain
from deployments.settings import settings
from tests.cli.conftest import Terminal
from tests.cli.referring import refer


@pytest.fixture
def doctor(own_terminal: Terminal, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """The doctor's checks by name, where Prefect was never started."""
    monkeypatch.setenv("ATMPFLOW_STATE_DIR", str(tmp_path / "state"))
    settings.cache_clear()

    def checks() -> dict[str, Any]:
        told = own_terminal.told("doctor", exit_code=5)
        assert told["ok"] is False
        return {one["name"]: one for one in told["checks"]}

    yield checks
    settings.cache_clear()


def _as_owner(terminal: Terminal, *statements: str) -> None:
    with psycopg.connect(plain(terminal.database.owner_url), autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)  # pyright: ignore[reportArgumentType, reportCallIssue]


def test_a_whole_database_passes_and_a_prefect_that_never_ran_does_not(doctor: Any) -> None:
    found = doctor()
    whole = ("postgresql", "schema", "grants", "triggers", "reference-data", "outbox", "timers")
    assert {found[name]["state"] for name in whole} == {"ok"}
    assert found["clock"]["state"] == "warn"
    assert found["prefect-api"]["state"] == "fail"
    assert "atmpflow up" in found["prefect-api"]["remedy"]


def test_a_guard_that_was_switched_off_is_found(doctor: Any, own_terminal: Terminal) -> None:
    _as_owner(own_terminal, "ALTER TABLE ledger DISABLE TRIGGER USER")
    assert doctor()["triggers"]["state"] == "fail"
    assert "ledger" in doctor()["triggers"]["found"]


def test_a_guard_that_a_replica_would_pass_by_is_found(doctor: Any, own_terminal: Terminal) -> None:
    _as_owner(own_terminal, "ALTER TABLE ledger ENABLE TRIGGER USER")
    assert doctor()["triggers"]["state"] == "fail"


@pytest.mark.parametrize("right", ["UPDATE", "DELETE", "TRUNCATE", "UPDATE (payload)"])
def test_a_right_to_change_the_ledger_is_found(
    doctor: Any, own_terminal: Terminal, right: str
) -> None:
    _as_owner(own_terminal, f"GRANT {right} ON ledger TO atmpflow_app")
    assert doctor()["grants"]["state"] == "fail"


def test_an_organisation_that_is_missing_is_found(doctor: Any, own_terminal: Terminal) -> None:
    _as_owner(own_terminal, "DELETE FROM organisation WHERE ods_code = 'RX1'")
    assert doctor()["reference-data"]["state"] == "fail"


def test_another_schema_is_found_and_nothing_else_is_looked_at(
    doctor: Any, own_terminal: Terminal
) -> None:
    _as_owner(own_terminal, "UPDATE alembic_version SET version_num = '0001'")
    found = doctor()
    assert found["schema"]["state"] == "fail"
    assert "outbox" not in found


def test_work_that_nobody_answers_is_found(
    doctor: Any, own_terminal: Terminal, tmp_path: Path
) -> None:
    refer(own_terminal, tmp_path)
    assert {doctor()[name]["state"] for name in ("outbox", "reactions")} == {"ok"}
    own_terminal.database.set_clock(datetime.now(UTC) + timedelta(days=1))
    _as_owner(
        own_terminal,
        "UPDATE outbox SET recorded_at = recorded_at - interval '2 minutes'",
        "UPDATE reaction SET created_at = created_at - interval '1 hour',"
        " not_before = not_before - interval '1 hour', trouble = 'no bed is free'",
        "UPDATE journey SET changed_at = changed_at - interval '1 hour'",
        "UPDATE timer SET due_at = due_at - interval '1 year'",
    )
    found = doctor()
    states = {name: found[name]["state"] for name in ("outbox", "reactions", "timers", "troubles")}
    assert states == {"outbox": "warn", "reactions": "fail", "timers": "fail", "troubles": "warn"}


def test_people_read_each_check_in_a_line_with_its_remedy(
    doctor: Any, own_terminal: Terminal
) -> None:
    result = own_terminal.run("doctor")
    assert result.exit_code == 5
    assert any(line.startswith("ok    schema") for line in result.stdout.splitlines())
    assert any(line.startswith("fail  prefect-api") for line in result.stdout.splitlines())
    assert "→ Start it with `atmpflow up`." in result.stdout
