"""Which release a pack is of: commit, whether anything was changed since, and the lock file."""

import subprocess
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

from atmpflow.errors import Refused
from desk.validation.sources import ROOT
from tasks.clock import wall

LOCK = ROOT / "requirements.lock"


@dataclass(frozen=True, slots=True)
class Release:
    """What the pack stands for."""

    version: str
    commit: str
    """With `-dirty` where tracked files differ from the commit: as the tests' suite is named."""
    subject: str
    lock_sha256: str
    at: datetime

    @property
    def dirty(self) -> bool:
        """Whether tracked files differ from the commit."""
        return self.commit.endswith("-dirty")


def release() -> Release:
    """The release of this working copy. Raises `Refused` (commit-unknown) outside of git."""
    return Release(
        version=version("atmpflow"),
        commit=_git("describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"),
        subject=_git("log", "-1", "--format=%s, %cI"),
        lock_sha256=digest(LOCK),
        at=wall(),
    )


def digest(file: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    return sha256(file.read_bytes()).hexdigest()


def _git(*words: str) -> str:
    try:
        done = subprocess.run(  # noqa: S603 - our own words
            ["git", *words],  # noqa: S607
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        raise Refused(
            "commit-unknown",
            "commit",
            "git does not say which commit this is.",
            "Make the pack in a clone of the repository, with git installed.",
        ) from None
    return done.stdout.strip()
