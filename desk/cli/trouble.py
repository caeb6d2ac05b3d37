"""Errors as advice: what went wrong, what would be right, and the exit code that says so."""

import os
import sys
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from enum import IntEnum
from pathlib import Path
from typing import Any

from atmpflow.errors import Refused
from desk.cli.output import advise, show_json


class ExitCode(IntEnum):
    """What the exit code says; docs/cli.md has the same list."""

    DONE = 0
    DEFECT = 1
    USAGE = 2
    REFUSED = 3
    NOT_REACHABLE = 4
    FINDINGS = 5
    KEPT = 6
    STOPPED = 130


class AllRefused(Exception):
    """Several reasons against one request."""

    code = ExitCode.REFUSED

    def __init__(self, refused: Sequence[Refused]) -> None:
        super().__init__(*refused)
        self.refused = tuple(refused)


class Kept(AllRefused):
    """Not recorded yet, because the database is away; kept on disk, and sent later."""

    code = ExitCode.KEPT

    def __init__(self, away: Refused) -> None:
        kept = Refused(
            "kept-for-later",
            "",
            "It is not recorded yet, but kept on this machine.",
            "`atmpflow up` on this machine, or `atmpflow send`, records it later.",
        )
        super().__init__((away, kept))


INSTALLATION = ("database-", "server-", "worker-", "setting-", "schema-", "state-", "deployment-")
"""Codes that begin so are about the installation, not about what was asked."""

OUTAGES = {"OperationalError", "InterfaceError", "TransportError"}
"""What psycopg, SQLAlchemy and httpx raise when the other side is away."""

DEBUG = "ATMPFLOW_DEBUG"


@contextmanager
def answering(*, as_json: bool) -> Iterator[None]:
    """Turn every error into advice on standard error (or JSON on standard output) and an exit."""
    try:
        yield
    except Exception as error:
        if os.environ.get(DEBUG) == "1":
            traceback.print_exc()
        refused, code = explained(error)
        if refused and as_json:
            show_json({"errors": [as_dict(one) for one in refused]})
        elif hasattr(error, "show"):
            error.show()  # pyright: ignore[reportAttributeAccessIssue] - Typer's own usage error
        else:
            advise(refused)
        sys.exit(code)


def as_dict(refused: Refused) -> dict[str, str]:
    """A refusal as JSON."""
    return {
        "code": refused.code,
        "field": refused.field,
        "message": refused.message,
        "remedy": refused.remedy,
    }


def explained(error: Exception) -> tuple[tuple[Refused, ...], ExitCode]:
    """What to tell of an error, and the exit code."""
    if isinstance(error, AllRefused):
        return error.refused, error.code
    if isinstance(error, Refused):
        return (error,), _code(error)
    if type(error).__name__ == "Abort":
        return (), ExitCode.STOPPED
    if hasattr(error, "format_message"):
        return (_usage(error),), ExitCode.USAGE
    if _is_outage(error):
        return (_outage(error),), ExitCode.NOT_REACHABLE
    return (_defect(error),), ExitCode.DEFECT


def database_away(error: Exception) -> Refused | None:
    """Why the database could not be asked; none when it answered."""
    found = error if isinstance(error, Refused) else _outage(error) if _is_outage(error) else None
    return found if found and found.code.startswith("database-") else None


def _is_outage(error: Exception) -> bool:
    return bool(OUTAGES & {kind.__name__ for kind in type(error).__mro__})


def _code(refused: Refused) -> ExitCode:
    installation = refused.code.startswith(INSTALLATION)
    known = refused.code in ("already-running", "port-taken")
    return ExitCode.NOT_REACHABLE if installation or known else ExitCode.REFUSED


def _usage(error: Any) -> Refused:
    hint = getattr(error, "param_hint", None) or ""
    field = hint if isinstance(hint, str) else " ".join(hint)
    return Refused("usage", field.strip("'"), error.format_message(), "See the command's --help.")


def _outage(error: Exception) -> Refused:
    prefect = any(kind.__module__.startswith("http") for kind in type(error).__mro__)
    return Refused(
        "server-not-reachable" if prefect else "database-not-reachable",
        "",
        f"{'Prefect' if prefect else 'The database'} did not answer ({type(error).__name__}).",
        "Start it with `atmpflow up`, or see what is wrong with `atmpflow doctor`.",
    )


def _defect(error: Exception) -> Refused:
    return Refused(
        "defect",
        "",
        f"This should not have happened ({type(error).__name__}).",
        f"{_logged(error)} Set {DEBUG}=1 to see all of it.",
    )


def _logged(error: Exception) -> str:
    """Where it was written down: without the error's own words, which may quote a patient."""
    lines = [line.rstrip() for line in traceback.format_tb(error.__traceback__)]
    at = datetime.now(UTC).isoformat(timespec="seconds")
    with suppress(Exception):
        log = _log_file()
        with os.fdopen(os.open(log, os.O_APPEND | os.O_CREAT | os.O_WRONLY, 0o600), "a") as file:
            file.write("\n".join([f"{at} {type(error).__name__}", *lines, ""]))
        return f"The details are in {log}; send them to the administrator."
    return "The details could not be written down."


def _log_file() -> Path:
    # Imported here: a command that goes well never needs the settings for this.
    from deployments.settings import settings  # noqa: PLC0415

    folder = settings().state_dir
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder / "command-line.log"
