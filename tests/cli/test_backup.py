"""`atmpflow backup` and `restore`: what comes back is verified, and what is older is named so."""

import json
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from pathlib import Path
from threading import Timer
from typing import Any

import psycopg
import pytest
from typer.testing import CliRunner

from atmpflow.errors import Refused
from deployments.embedded import running_postgres
from deployments.roles import Databases, plain
from deployments.settings import settings
from desk.cli.main import app as command_line
from desk.prepare import prepare
from desk.restore import ASIDE, _new_database, _put_in_place
from models.database import connect
from tasks import clock
from tasks.anchors import where
from tasks.anchors.key import signer
from tasks.anchors.make import make_anchor
from tasks.anchors.places import Signed, signed
from tasks.clock import SIMULATED
from tasks.engine import URL, engine
from tests.conftest import BEFORE_EVERYTHING, Database
from tests.factories import finished, journey_at

FILES = count(1)


@dataclass(frozen=True)
class Installation:
    """An embedded database of these tests' own, and a terminal in front of it."""

    folder: Path
    databases: Databases

    def run(self, *words: object, exit_code: int = 0) -> Any:
        """What a command answers with --json."""
        result = CliRunner().invoke(command_line, [*map(str, words), "--json"])
        assert result.exit_code == exit_code, result.output
        return json.loads(result.stdout)

    def refused(self, *words: object) -> str:
        """The code with which a command was refused."""
        return self.run(*words, exit_code=3)["errors"][0]["code"]

    def backup(self) -> Path:
        file = self.folder / f"{next(FILES)}.dump"
        self.run("backup", file)
        return file

    @contextmanager
    def working(self) -> Iterator[Any]:
        """The engine at work on this database."""
        with pytest.MonkeyPatch.context() as environment:
            environment.setenv(URL, self.databases.application)
            engine.cache_clear()
            app = connect(self.databases.application)
            yield app
            app.dispose()
            engine().dispose()
        engine.cache_clear()

    def journeys(self) -> int:
        with psycopg.connect(plain(self.databases.application)) as connection:
            row: Any = connection.execute("SELECT count(*) FROM journey").fetchone()
        return row[0]


@contextmanager
def _around(folder: Path) -> Iterator[None]:
    clock_file = folder / "clock"
    clock_file.write_text(BEFORE_EVERYTHING, encoding="ascii")
    with pytest.MonkeyPatch.context() as environment:
        for name in (URL, "ATMPFLOW_DATABASE_URL", where.KEY_FILE, where.FOLDERS):
            environment.delenv(name, raising=False)
        environment.setenv("ATMPFLOW_STATE_DIR", str(folder))
        environment.setenv("ATMPFLOW_PARTNERS", "simulated")
        environment.setenv(SIMULATED, str(clock_file))
        settings.cache_clear()
        yield
    settings.cache_clear()


@pytest.fixture(scope="module")
def here(new_folder: Callable[[str], Path]) -> Iterator[Installation]:
    """One whole journey, in the embedded database of a state directory."""
    folder = new_folder("backup")
    with _around(folder), running_postgres(folder) as databases:
        prepare(databases.owner)
        found = Installation(folder, databases)
        with found.working() as app:
            finished(app, "zolgensma")
        yield found


def test_a_backup_says_what_it_holds_and_only_its_owner_reads_it(here: Installation) -> None:
    file = here.folder / "first.dump"
    told = here.run("backup", file)
    assert told["counts"]["journey"] == 1
    assert told["dump"]["bytes"] == file.stat().st_size
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert here.refused("backup", file) == "backup-file-exists"


def test_a_backup_put_back_is_whole_and_what_was_there_is_kept(here: Installation) -> None:
    file = here.backup()
    assert here.refused("restore", file) == "restore-over-journeys"
    told = here.run("restore", file, "--replace")
    assert (told["ok"], told["in_place"], told["violations"]) == (True, True, [])
    assert told["kept"].startswith("atmpflow_before_")
    assert here.run("verify")["ok"]
    assert here.journeys() == 1


def test_an_older_backup_is_named_so_and_does_not_take_its_place(here: Installation) -> None:
    file = here.backup()
    with here.working() as app:
        journey_at(app, "record-screening")
        make_anchor(app, "asked", grace=timedelta())
    told = here.run("restore", file, "--replace", exit_code=5)
    assert told["in_place"] is False
    assert any("the record is older than its anchors" in one["found"] for one in told["violations"])
    assert here.journeys() == 2


def test_the_loss_is_accepted_by_name_and_shown_from_then_on(here: Installation) -> None:
    file = here.backup()
    with here.working() as app:
        journey_at(app, "record-screening")
        make_anchor(app, "asked", grace=timedelta())
    before = here.journeys()
    words = ("restore", file, "--replace", "--despite-findings")
    assert here.run(*words, exit_code=5)["in_place"] is True
    assert here.journeys() == before - 1
    assert here.refused("anchor") == "anchor-contradicted"
    here.run("anchor", "--after-loss", "CAPA-7", "--as", "qa-1")
    told = here.run("verify")
    note = next(one["not_yet"] for one in told["invariants"] if one["number"] == "17")
    assert told["ok"]
    assert "lost as qa-1 accepted under CAPA-7" in note


def _says(file: Path, **changed: Any) -> None:
    """Another manifest, signed with the right key."""
    manifest = file.with_name(f"{file.name}.manifest")
    said = signed(manifest.read_bytes()).says()
    content = json.dumps({**said, **changed}).encode()
    key = signer(where.key_file(), clock.wall())
    manifest.write_bytes(Signed(content, key.public, key.sign(content)).text)


def _flip(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


def test_a_backup_that_was_altered_is_refused(here: Installation) -> None:
    for name in ("{}", "{}.manifest"):
        file = here.backup()
        _flip(file.with_name(name.format(file.name)))
        assert here.refused("restore", file, "--replace") in ("backup-altered", "backup-incomplete")
    file = here.backup()
    file.with_name(f"{file.name}.manifest").unlink()
    assert here.refused("restore", file, "--replace") == "backup-incomplete"


def test_a_backup_of_a_later_version_is_refused(here: Installation) -> None:
    file = here.backup()
    _says(file, revision="9999")
    assert here.refused("restore", file, "--replace") == "backup-newer"


def test_what_is_not_as_the_manifest_says_is_named(here: Installation) -> None:
    file = here.backup()
    counts = signed(file.with_name(f"{file.name}.manifest").read_bytes()).says()["counts"]
    _says(file, root="00" * 32, counts={**counts, "ledger": 1})
    told = here.run("restore", file, "--replace", exit_code=5)
    assert (told["differs"], told["in_place"]) == (["root", "ledger"], False)


def test_nothing_is_put_back_under_somebody_at_work(here: Installation) -> None:
    file = here.backup()
    with psycopg.connect(plain(here.databases.application)):
        told = here.run("restore", file, "--replace", exit_code=4)
    assert told["errors"][0]["code"] == "database-in-use"


def test_who_is_leaving_is_waited_for(here: Installation) -> None:
    file = here.backup()
    leaving = psycopg.connect(plain(here.databases.application))
    Timer(1.0, leaving.close).start()
    assert here.run("restore", file, "--replace")["in_place"] is True


def test_a_backup_that_cannot_take_its_place_leaves_what_is_there_in_its_own(
    here: Installation,
) -> None:
    administrator = here.databases.administrator
    assert administrator is not None
    with _new_database(administrator), psycopg.connect(administrator, dbname=ASIDE):
        with pytest.raises(Refused, match="database-in-use"):
            _put_in_place(administrator)
        assert here.journeys() > 0


def test_on_a_server_of_ones_own_only_an_empty_database_takes_a_backup(
    here: Installation, own_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with _around(here.folder):
        file = here.backup()
    monkeypatch.delenv(URL)
    monkeypatch.setenv("ATMPFLOW_DATABASE_URL", own_database.application)
    monkeypatch.setenv("ATMPFLOW_OWNER_DATABASE_URL", own_database.owner_url)
    monkeypatch.setenv("ATMPFLOW_PREFECT_API_URL", "http://127.0.0.1:1/api")
    monkeypatch.setenv(where.KEY_FILE, str(where.key_file_in(here.folder)))
    settings.cache_clear()
    told = here.run("restore", file)
    assert (told["ok"], told["in_place"]) == (True, True)
    assert here.refused("restore", file, "--replace") == "restore-over-journeys"
    settings.cache_clear()


def test_only_who_names_the_owner_makes_a_backup(own_database: Database, tmp_path: Path) -> None:
    result = CliRunner().invoke(command_line, ["backup", str(tmp_path / "x.dump"), "--json"])
    assert json.loads(result.stdout)["errors"][0]["code"] == "database-owner-unknown"
