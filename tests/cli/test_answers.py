"""Help, completion, exit codes and errors: what every command has in common."""

import json
import os
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from atmpflow.errors import Refused
from deployments.settings import settings
from desk.cli.main import COMMANDS, ELSEWHERE, app
from desk.cli.trouble import ExitCode, answering
from tests.cli.conftest import Terminal

HEAVY = {"sqlalchemy", "prefect", "pydantic", "httpx", "alembic"}


def test_help_loads_nothing_heavy() -> None:
    program = (
        "import sys\n"
        "from desk.cli.main import app\n"
        "try: app(['--help'])\n"
        "except SystemExit: pass\n"
        f"sys.exit(bool({HEAVY} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False)
    assert done.returncode == 0
    assert b"journeys" in done.stdout


@pytest.mark.parametrize("name", COMMANDS)
def test_the_list_of_commands_says_what_each_one_says_of_itself(name: str) -> None:
    command = typer.main.get_command(import_module(f"desk.cli.{ELSEWHERE.get(name, name)}").app)
    first = (command.help or "").split("\n")[0]
    assert first.startswith(COMMANDS[name].removesuffix("."))


def test_the_page_of_the_command_line_lists_every_command_and_every_exit_code() -> None:
    page = (Path(__file__).parents[2] / "docs" / "cli.md").read_text(encoding="utf-8")
    listed = set(re.findall(r"^\| `([a-z]+)[ `]", page, re.MULTILINE))
    assert set(COMMANDS) - listed == set()
    codes = set(map(int, re.findall(r"^\| ([0-9]+) \|", page, re.MULTILINE)))
    assert codes == {code.value for code in ExitCode}


def test_a_misspelt_command_is_answered_with_the_right_one() -> None:
    result = CliRunner().invoke(app, ["jurneys"])
    assert result.exit_code == 2
    assert "journeys" in result.stderr
    assert result.stdout == ""


def test_a_usage_error_is_json_where_json_was_asked_for() -> None:
    result = CliRunner().invoke(app, ["journeys", "--stage", "colection", "--json"])
    assert result.exit_code == 2
    (error,) = json.loads(result.stdout)["errors"]
    assert error["code"] == "usage"
    assert "collection" in error["message"]


def test_a_database_that_is_away_is_said_and_has_its_own_exit_code(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    nowhere = f"postgresql+psycopg://atmpflow_app@/atmpflow?host={tmp_path}&port=5432"
    monkeypatch.setenv("ATMPFLOW_APPLICATION_URL", nowhere)
    result = CliRunner().invoke(app, ["journeys", "--json"])
    assert result.exit_code == 4
    (error,) = json.loads(result.stdout)["errors"]
    assert error["code"] == "database-not-reachable"
    assert "atmpflow up" in error["remedy"]


@pytest.fixture
def state(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A state directory of this test's own."""
    monkeypatch.setenv("ATMPFLOW_STATE_DIR", str(tmp_path))
    settings.cache_clear()
    monkeypatch.delenv("ATMPFLOW_DEBUG", raising=False)
    return tmp_path


def test_a_defect_is_one_sentence_and_its_log_never_repeats_the_error(
    state: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    error = ValueError("Anna Alder, 999 000 1014")
    with pytest.raises(SystemExit) as ended, answering(as_json=False):
        raise error
    settings.cache_clear()
    assert ended.value.code == 1
    said = capsys.readouterr()
    log = (state / "command-line.log").read_text()
    assert said.out == ""
    assert "Traceback" not in said.err
    assert "ValueError" in log
    assert "test_answers.py" in log
    for private in ("Anna", "1014"):
        assert private not in said.err + log
    assert os.stat(state / "command-line.log").st_mode & 0o077 == 0


def test_a_defect_is_shown_whole_to_those_who_ask_for_it(
    state: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ATMPFLOW_DEBUG", "1")
    with pytest.raises(SystemExit), answering(as_json=False):
        raise ValueError("why")
    settings.cache_clear()
    assert "Traceback" in capsys.readouterr().err


@given(text=st.text(st.characters(codec="utf-8"), max_size=60))
def test_advice_is_shown_as_it_is_and_never_taken_for_markup(text: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COLUMNS", "100")
        refused = Refused("some-code", "field", f"[bold]{text}[/nothing]", "Do [this].")
        with pytest.raises(SystemExit) as ended, answering(as_json=False):
            raise refused
    assert ended.value.code == 3


def test_the_shell_completes_commands_fields_and_their_choices() -> None:
    def completed(words: str) -> list[str]:
        asked = {
            **os.environ,
            "_ATMPFLOW_COMPLETE": "complete_bash",
            "COMP_WORDS": words,
            "COMP_CWORD": str(len(words.split(" ")) - 1),
        }
        program = [sys.executable, "-c", "from desk.cli.main import main; main()"]
        done = subprocess.run(program, env=asked, capture_output=True, text=True, check=False)
        return done.stdout.split()

    assert "journeys" in completed("atmpflow journ")
    assert completed("atmpflow record certi") == ["certify-batch"]
    assert "--funding-reference" in completed("atmpflow record record-panel-decision --fund")
    assert "clinical" in completed("atmpflow record withdraw --reason cli")
    for words in ("products kym", "record refer --product kym", "journeys --product kym"):
        assert completed(f"atmpflow {words}") == ["kymriah"]


def test_the_version_is_told(terminal: Terminal) -> None:
    assert terminal.run("--version").stdout.strip()
