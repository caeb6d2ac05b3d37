"""A command that meets a database that is away is kept, and recorded once when it is back."""

import json
import stat
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import make_url

from deployments.settings import settings
from desk import sending
from desk.letters import Letter, Letters
from models.database import connect
from tests.cli.conftest import Terminal
from tests.cli.referring import refer, referral

HOLD = ("record", "place-hold", "--role", "coordinator", "--reason", "DOC-1")
WITHDRAW = ("record", "withdraw", "--role", "coordinator", "--reason", "clinical")


@dataclass(frozen=True)
class Line:
    """The way to the database, which can be cut and mended."""

    terminal: Terminal
    link: Path
    sockets: Path
    url: str

    def cut(self) -> None:
        self.link.unlink()

    def mend(self) -> None:
        self.link.symlink_to(self.sockets)

    def kept(self, *words: str) -> None:
        """Type a command that cannot be recorded now."""
        errors = self.terminal.told(*words, exit_code=6)["errors"]
        assert [one["code"] for one in errors] == ["database-not-reachable", "kept-for-later"]

    def sent(self, exit_code: int = 0) -> Any:
        return self.terminal.told("send", exit_code=exit_code)

    def journey(self, coi: str) -> Any:
        return self.terminal.told("journey", coi)

    def events(self, coi: str) -> list[str]:
        return [one["event"] for one in self.journey(coi)["timeline"]]


@pytest.fixture
def line(terminal: Terminal, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Line]:
    """The same database, reached through a folder of its own that may go away."""
    monkeypatch.setenv("ATMPFLOW_STATE_DIR", str(tmp_path / "state"))
    settings.cache_clear()
    url = make_url(terminal.database.application)
    with TemporaryDirectory(prefix="atmpflow-line-") as folder:
        link = Path(folder) / "s"
        ours = url.update_query_dict({"host": str(link)}).render_as_string(hide_password=False)
        monkeypatch.setenv("ATMPFLOW_APPLICATION_URL", ours)
        line = Line(terminal, link, Path(str(url.query["host"])), ours)
        line.mend()
        yield line
    settings.cache_clear()


@pytest.fixture
def coi(line: Line, tmp_path: Path) -> str:
    return refer(line.terminal, tmp_path)["coi"]


def test_what_is_asked_while_the_database_is_away_is_recorded_when_it_is_back(
    line: Line, coi: str
) -> None:
    line.cut()
    before = datetime.now(UTC)
    line.kept(*HOLD, "--journey", coi)
    after = datetime.now(UTC)
    assert line.sent(exit_code=4) == {"recorded": 0, "refused": 0, "waiting": 1, "set_aside": 0}
    line.mend()
    assert line.journey(coi)["version"] == 1
    assert line.sent() == {"recorded": 1, "refused": 0, "waiting": 0, "set_aside": 0}
    held = line.journey(coi)["timeline"][-1]
    assert held["event"] == "hold.placed"
    assert before <= datetime.fromisoformat(held["occurred_at"]) <= after
    assert line.sent()["recorded"] == 0


def test_a_command_whose_answer_was_lost_is_recorded_once(line: Line, coi: str) -> None:
    letter = Letter(
        "record",
        {"command": "place-hold", "words": {"reason": "DOC-1"}, "account": "nurse-1",
         "role": "coordinator", "key": f"k-{coi}", "expect": None, "file": None,
         "as_json": False, "journey_text": coi},
        datetime.now(UTC),
    )  # fmt: skip
    for _ in range(3):
        sending.letters().keep(letter)
    assert line.sent()["recorded"] == 3
    assert line.events(coi).count("hold.placed") == 1


def test_what_waits_goes_before_what_is_asked_now(line: Line, coi: str) -> None:
    line.cut()
    line.kept(*HOLD, "--journey", coi)
    line.mend()
    line.terminal.told(*WITHDRAW, "--journey", coi)
    events = line.events(coi)
    assert events.index("hold.placed") < events.index("journey.withdrawn")
    assert line.sent()["recorded"] == 0


def test_what_was_kept_and_is_refused_later_is_among_the_rejected(line: Line, coi: str) -> None:
    line.cut()
    line.kept(*WITHDRAW, "--journey", coi, "--expect", "7")
    line.mend()
    assert line.sent()["refused"] == 1
    (kept,) = line.terminal.told("rejected", "--journey", coi)
    assert kept["code"] == "version-stale"


def test_a_letter_that_meets_a_defect_holds_up_no_other_and_is_never_lost(
    line: Line, coi: str
) -> None:
    sending.letters().keep(Letter("telegram", {}, datetime(2021, 1, 1, tzinfo=UTC)))
    line.cut()
    line.kept(*HOLD, "--journey", coi)
    line.mend()
    assert line.sent() == {"recorded": 1, "refused": 0, "waiting": 0, "set_aside": 1}
    checks = line.terminal.told("doctor", exit_code=5)["checks"]
    assert next(one for one in checks if one["name"] == "outgoing")["state"] == "fail"


def test_the_doctor_says_since_when_something_waits(line: Line) -> None:
    sending.letters().keep(Letter("telegram", {}, datetime(2021, 1, 1, tzinfo=UTC)))
    checks = line.terminal.told("doctor", exit_code=5)["checks"]
    found = next(one for one in checks if one["name"] == "outgoing")
    assert (found["state"], found["remedy"]) == ("fail", "Run `atmpflow send`.")


def test_a_file_of_referrals_is_kept_and_opened_later(line: Line, tmp_path: Path) -> None:
    file = tmp_path / "referral.json"
    wanted = referral()
    file.write_text(json.dumps(wanted))
    line.cut()
    line.kept("refer", str(file))
    file.unlink()
    line.mend()
    assert line.sent()["recorded"] == 1
    file.write_text(json.dumps(wanted))
    assert line.terminal.told("refer", str(file))["opened"][0]["repeated"] is True


def test_a_loggers_export_is_kept_and_judged_later(line: Line, coi: str, tmp_path: Path) -> None:
    file = tmp_path / "log.csv"
    file.write_bytes(b"timestamp,temp_c\nyesterday,4.0\n")
    line.cut()
    line.kept("log", str(file), "--journey", coi, "--logger", "L-1", "--role", "courier")
    line.mend()
    assert line.sent()["refused"] == 1
    newest = line.terminal.told("rejected", "--code", "logger-file-invalid")[0]
    assert (newest["code"], newest["field"]) == ("logger-file-invalid", "row 2, timestamp")


def test_what_is_kept_can_be_read_by_its_owner_only(line: Line, coi: str) -> None:
    line.cut()
    line.kept(*HOLD, "--journey", coi)
    (path,) = sending.letters().waiting()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_what_cannot_be_kept_is_said_to_be_lost(line: Line, coi: str, tmp_path: Path) -> None:
    (tmp_path / "state").mkdir(exist_ok=True)
    (tmp_path / "state" / "outgoing").write_text("a file where the folder should be")
    line.cut()
    (error,) = line.terminal.told(*HOLD, "--journey", coi, exit_code=4)["errors"]
    assert error["code"] == "database-not-reachable"


def test_nothing_kept_for_one_database_goes_to_another(
    line: Line, coi: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    line.cut()
    line.kept(*HOLD, "--journey", coi)
    line.mend()
    monkeypatch.setenv("ATMPFLOW_APPLICATION_URL", line.terminal.database.application)
    assert line.sent()["recorded"] == 0
    assert line.journey(coi)["version"] == 1


def test_a_running_engine_records_what_was_kept_by_itself(
    line: Line, coi: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "LOOK_EVERY_S", 0.05)
    line.cut()
    line.kept(*HOLD, "--journey", coi)
    engine = connect(line.url)
    with sending.sending(engine, sending.letters()):
        time.sleep(5 * sending.LOOK_EVERY_S)
        assert len(sending.letters().waiting()) == 1
        line.mend()
        deadline = time.monotonic() + 20
        while sending.letters().waiting():
            assert time.monotonic() < deadline
            time.sleep(0.05)
    engine.dispose()
    assert line.events(coi)[-1] == "hold.placed"


WORDS = st.text(st.characters(exclude_categories=()))
MOMENTS = st.datetimes(datetime(2001, 1, 1), datetime(2999, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@given(
    st.dictionaries(WORDS, st.none() | st.booleans() | WORDS | st.lists(WORDS)),
    st.none() | st.binary(),
    MOMENTS,
)
def test_a_letter_is_read_as_it_was_written(
    values: dict[str, Any], content: bytes | None, moment: datetime
) -> None:
    letter = Letter("record", values, moment, content)
    with TemporaryDirectory() as folder:
        letters = Letters(Path(folder))
        path = letters.keep(letter)
        assert letters.waiting() == [path]
        assert letters.read(path) == letter
        assert letters.oldest() == moment
        letters.forget(path)
        assert (letters.waiting(), letters.oldest()) == ([], None)
