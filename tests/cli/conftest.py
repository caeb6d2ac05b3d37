"""A terminal: runs the real command line in this process."""

import json
from dataclasses import dataclass, field
from typing import Any

import pytest
from typer.testing import CliRunner

from desk.cli.main import app
from tests.conftest import Database


@dataclass
class Terminal:
    """What an operator has in front of them."""

    database: Database
    runner: CliRunner = field(default_factory=CliRunner)

    def run(self, *words: str, typed: str | None = None) -> Any:
        """Type a command; its exit code and what it wrote, kept apart."""
        return self.runner.invoke(app, [str(word) for word in words], input=typed)

    def told(self, *words: str, exit_code: int = 0) -> Any:
        """What a command answers with --json; nothing else may be on standard output."""
        result = self.run(*words, "--json")
        assert result.exit_code == exit_code, result.output
        return json.loads(result.stdout)

    def refused(self, *words: str) -> list[dict[str, str]]:
        """Why a command was refused; it must be, and it must say what would be right."""
        errors = self.told(*words, exit_code=3)["errors"]
        assert all(error["message"] and error["remedy"] for error in errors)
        return errors


def _terminal(database: Database, width: pytest.MonkeyPatch) -> Terminal:
    width.setenv("COLUMNS", "100")
    width.setenv("ATMPFLOW_ACCOUNT", "operator-1")
    return Terminal(database)


@pytest.fixture
def terminal(database: Database, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """A terminal on the session's database: look only at what the test itself recorded."""
    return _terminal(database, monkeypatch)


@pytest.fixture
def own_terminal(own_database: Database, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """A terminal on a database with nothing in it but the organisations."""
    return _terminal(own_database, monkeypatch)
