"""A command that meets a database that is away is kept, and sent when the database is back."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import sha256
from importlib import import_module
from pathlib import Path

from sqlalchemy import Engine, make_url

from atmpflow.errors import Refused
from deployments.settings import settings
from desk.cli.database import ready_database
from desk.cli.trouble import AllRefused, Kept, database_away, explained
from desk.letters import Letter, Letters
from tasks.engine import URL

KINDS = {"record": "desk.cli.recording", "refer": "desk.cli.refer", "log": "desk.cli.log"}
"""Where the `carry_out(engine, letter)` of each kind of letter is."""

LOOK_EVERY_S = 1.0


@dataclass
class Sent:
    """What became of the letters that waited."""

    recorded: int = 0
    refused: int = 0
    set_aside: int = 0


def letters() -> Letters:
    """Those to the database that commands here work on: none ever goes to another one."""
    chosen = settings()
    return letters_to(os.environ.get(URL) or chosen.database_url, chosen.state_dir)


def letters_to(url: str | None, state_dir: Path) -> Letters:
    """Those to the database at a URL, or to the embedded one."""
    return Letters(state_dir / "outgoing" / (_place(url) if url else "embedded"))


def _place(url: str) -> str:
    """A name for a database, whoever connects and with which password."""
    parts = make_url(url)
    where = f"{parts.host}:{parts.port}/{parts.database}?{parts.query.get('host')}"
    return sha256(where.encode()).hexdigest()[:12]


@contextmanager
def kept_if_away(letter: Letter) -> Iterator[Engine]:
    """The database, to carry the letter out at once; what waits from before goes first.

    Raises Kept when the database is away. Whatever it did before it went is done once: the letter
    is the same.
    """
    try:
        with ready_database() as engine:
            send_waiting(engine, letters())
            yield engine
    except Exception as error:
        away = database_away(error)
        if away is None:
            raise
        try:
            letters().keep(letter)
        except OSError:
            raise error from None  # then nothing was kept, and the outage is all there is to say
        raise Kept(away) from error


def send_waiting(engine: Engine, waiting: Letters, sent: Sent | None = None) -> Sent:
    """Send every letter, the oldest first, and count; an outage is raised and ends it."""
    sent = sent or Sent()
    if not waiting.waiting():
        return sent
    with waiting.sending():
        for path in waiting.waiting():
            _send(engine, waiting, path, sent)
    return sent


def send_if_back(waiting: Letters, sent: Sent) -> None:
    """Send what waits; nothing more happens while the database is away."""
    try:
        with ready_database() as engine:
            send_waiting(engine, waiting, sent)
    except Exception as error:
        if database_away(error) is None:
            raise


def _send(engine: Engine, waiting: Letters, path: Path, sent: Sent) -> None:
    try:
        letter = waiting.read(path)
        import_module(KINDS[letter.kind]).carry_out(engine, letter)
        sent.recorded += 1
    except Exception as error:
        if database_away(error):
            raise
        if not isinstance(error, Refused | AllRefused):
            explained(error)  # which writes the defect down
            waiting.put_aside(path)
            sent.set_aside += 1
            return
        sent.refused += 1  # it is among the rejected commands now
    waiting.forget(path)


@contextmanager
def sending(engine: Engine, waiting: Letters) -> Iterator[None]:
    """Send what waits whenever the database answers, for as long as the block lasts."""
    stop = threading.Event()

    def send() -> None:
        while not stop.wait(LOOK_EVERY_S):
            with suppress(Exception):  # away: the letters stay, and the next look is soon
                send_waiting(engine, waiting)

    thread = threading.Thread(target=send, name="sending", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
