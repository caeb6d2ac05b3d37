"""Named points at which a test kills, stops or holds this process; they do nothing unless armed.

Armed by the environment when the process starts, `ATMPFLOW_FAULTS=POINT=ACTION:FILE,...`, or by
`arm`. ACTION is `kill` (SIGKILL), `stop` (SIGSTOP), `raise`, or `wait` (until FILE.go is there).
Each happens once, whichever process comes first, and leaves FILE as the proof that it happened.
"""

import os
import signal
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from models.database import Connection

FAULTS = "ATMPFLOW_FAULTS"
LOOK_EVERY_S = 0.005

POINTS: Mapping[str, str] = {
    "open.remembered": "a new patient's identity is written, the journey not; nothing committed",
    "log.copied": "a logger's file is kept and copied in, the command not yet recorded",
    "readings.kept": "a batch of readings is written, not committed",
    "record.after-lock": "the journey is locked, nothing written",
    "record.after-decide": "the rules have decided, nothing written",
    "record.after-ledger": "command, journey, events, outbox and reaction are written",
    "record.after-state": "state tables and timers are written, too",
    "record.before-commit": "everything is written, nothing committed",
    "record.after-commit": "everything is committed, nobody was told",
    "record.refused": "the command was refused, the rejection not yet kept",
    "claim.taken": "reactions are claimed, the claim not committed",
    "drain.claimed": "reactions are claimed",
    "drain.acted": "a partner was asked, the answer not yet recorded",
    "drain.closing": "somebody else must act: the reaction is closed, not committed",
    "drain.putting-back": "the step cannot be done yet: the claim is let go, not committed",
    "drain.answered": "a reaction was answered, the run's report not begun",
    "timers.due": "due timers are read, none fired",
    "timers.fired": "a timer was fired, others perhaps not",
    "timers.waking": "what nobody answered is marked to be woken, not committed",
    "mismatch.found": "another journey must be held, and is not yet",
    "relay.read": "news is read, Prefect not yet told",
    "relay.posted": "Prefect was told, which is not yet remembered",
    "relay.marked": "it is remembered that Prefect was told",
}
"""Every point there is, with what is done and what is not when it is reached."""


class Injected(Exception):
    """What an armed `raise` raises."""


def _kill(_: Path) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _stop(_: Path) -> None:
    os.kill(os.getpid(), signal.SIGSTOP)


def _raise(_: Path) -> None:
    raise Injected


def _wait(proof: Path) -> None:
    while not proof.with_name(f"{proof.name}.go").exists():
        time.sleep(LOOK_EVERY_S)


ACTIONS: Mapping[str, Callable[[Path], None]] = {
    "kill": _kill,
    "stop": _stop,
    "raise": _raise,
    "wait": _wait,
}

Armed = dict[str, tuple[str, Path]]


def _read(text: str) -> Armed:
    found: Armed = {}
    for one in filter(None, text.split(",")):
        point, _, rest = one.partition("=")
        action, _, file = rest.partition(":")
        if point not in POINTS or action not in ACTIONS or not file:
            raise ValueError(f"{FAULTS}: {one!r} is not POINT=ACTION:FILE")
        found[point] = action, Path(file)
    return found


_armed = _read(os.environ.get(FAULTS, ""))


def arm(text: str) -> None:
    """Arm this process anew, in the words of the environment variable. Raises ValueError."""
    _armed.clear()
    _armed.update(_read(text))


def fault(point: str, connection: Connection | None = None) -> None:
    """Nothing, or what was armed for this point; after `connection` has sent all it was given."""
    if _armed and point in _armed:
        _happen(*_armed[point], connection)


def _happen(action: str, proof: Path, connection: Connection | None) -> None:
    if connection is not None:
        with connection.pipeline():
            pass  # statements that wait in a pipeline were not even begun
    try:
        proof.touch(exist_ok=False)
    except FileExistsError:
        return
    ACTIONS[action](proof)
