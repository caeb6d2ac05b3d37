"""The digest: counts and remedies by mail, file and block; nothing that could name a patient."""

import asyncio
import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import Message
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message as Receiving

from models.compliance.statement import checks
from models.compliance.sweep import Moments, sweep
from models.database import transaction
from tasks.digest import Digest, Line, digest_of, markdown
from tasks.mail import BLOCK, FOLDER, SERVER, TO, file, mail, notify
from tests.compliance.conftest import World

AT = datetime(2026, 11, 23, 4, tzinfo=UTC)
CRITICAL = next(one for one in checks() if one.severity == "critical")
MINOR = next(one for one in checks() if one.severity == "minor")
DIGEST = Digest(
    AT,
    [
        Line(CRITICAL, 2, AT - timedelta(days=2), escalated=2, new=1),
        Line(MINOR, 1, AT, escalated=0, new=1),
    ],
)


class Mailbox(Receiving):
    """What the server received."""

    def __init__(self) -> None:
        super().__init__()
        self.letters: list[Message] = []

    def handle_message(self, message: Any) -> None:
        self.letters.append(message)


@pytest.fixture
def mailbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[Mailbox]:
    """A real mail server on this machine."""
    received = Mailbox()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    server = Controller(received, hostname="127.0.0.1", port=port, ready_timeout=30)
    server.start()
    try:
        monkeypatch.setenv(SERVER, f"smtp://127.0.0.1:{port}")
        monkeypatch.setenv(TO, "compliance@example.org")
        yield received
    finally:
        server.stop()


def test_the_digest_is_mailed_to_a_real_server(mailbox: Mailbox):
    assert mail(DIGEST) == "mailed"
    (letter,) = mailbox.letters
    assert letter["To"] == "compliance@example.org"
    assert letter["Subject"] == "atmpflow: 3 findings open (2 critical, 0 major, 1 minor)"
    body = letter.get_payload(decode=True)
    assert isinstance(body, bytes)
    assert CRITICAL.title in body.decode()


def test_the_digest_is_filed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv(FOLDER, str(tmp_path / "digests"))
    assert file(DIGEST) == "filed"
    written = tmp_path / "digests" / "findings-20261123T040000Z.md"
    assert written.read_text(encoding="utf-8") == markdown(DIGEST)


def test_nothing_is_sent_where_nothing_is_named(monkeypatch: pytest.MonkeyPatch):
    for name in (SERVER, TO, FOLDER, BLOCK):
        monkeypatch.delenv(name, raising=False)
    assert (mail(DIGEST), file(DIGEST), asyncio.run(notify(DIGEST))) == ("", "", "")


def test_the_digest_says_who_should_know_and_what_to_do():
    said = markdown(DIGEST)
    assert f"{CRITICAL.owner}, " in said
    assert "administrator" in said
    assert CRITICAL.remedy.replace("|", "/") in said
    assert "Nothing is open." in markdown(Digest(AT, []))


def test_the_digest_names_no_subject_no_account_and_no_journey(world: World):
    for cadence in ("hourly", "daily", "weekly"):
        sweep(world.database.app, cadence, Moments(world.at.now, world.at.wall))
    with transaction(world.database.app) as connection:
        said = markdown(digest_of(connection, AT, new_since=AT))
        named: Any = connection.execute(
            "SELECT subject FROM finding WHERE journey_id IS NOT NULL"
            " UNION SELECT coi FROM journey"
            " UNION SELECT username FROM account WHERE username LIKE '%-%'"
            " UNION SELECT unit FROM unit"
        ).fetchall()
    assert "findings open" in said
    words = set(said.replace("|", " ").replace("`", " ").split())
    assert words & {name for (name,) in named} == set()
