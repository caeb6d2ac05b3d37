"""What could not be recorded because the database was away: kept on disk until it is sent.

A letter may name a patient. It is readable by its owner only, and gone once it was sent.
"""

import fcntl
import json
import os
from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

WAITING = ".json"
SET_ASIDE = ".defect"
MOMENT = "%Y%m%dT%H%M%S.%f"
"""How a letter's name begins, so that names sort by time; UTC."""


@dataclass(frozen=True, slots=True)
class Letter:
    """One thing that was asked for: which command line, its values, and when it was asked.

    `values` are plain JSON and hold all that recognises a repetition: sent twice, it is recorded
    once.
    """

    kind: str
    values: Mapping[str, Any]
    asked_at: datetime
    content: bytes | None = None
    """The file that came with it, byte for byte."""


def _to_text(letter: Letter) -> str:
    content = None if letter.content is None else b64encode(letter.content).decode("ascii")
    plain = {**asdict(letter), "asked_at": letter.asked_at.isoformat(), "content": content}
    return json.dumps(plain)  # ASCII: a terminal may hand over what is no valid text


def _from_text(text: str) -> Letter:
    read: dict[str, Any] = json.loads(text)
    content = read["content"]
    return Letter(
        kind=read["kind"],
        values=read["values"],
        asked_at=datetime.fromisoformat(read["asked_at"]),
        content=None if content is None else b64decode(content),
    )


class Letters:
    """The letters to one database, the oldest first."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def keep(self, letter: Letter) -> Path:
        """Write a letter; on disk when this returns. Raises OSError where it cannot be."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        moment = letter.asked_at.astimezone(UTC).strftime(MOMENT)
        path = self.folder / f"{moment}-{uuid4().hex[:8]}{WAITING}"
        partial = path.with_suffix(".part")
        handle = os.open(partial, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(_to_text(letter))
            file.flush()
            os.fsync(file.fileno())
        partial.rename(path)
        self._settle()
        return path

    def waiting(self) -> Sequence[Path]:
        """Letters that are still to be sent, in the order in which they were asked."""
        return sorted(self.folder.glob(f"*{WAITING}"))

    def oldest(self) -> datetime | None:
        """Since when the first of them waits."""
        first = next(iter(self.waiting()), None)
        if first is None:
            return None
        moment, _, _ = first.name.partition("-")
        return datetime.strptime(moment, MOMENT).replace(tzinfo=UTC)

    def set_aside(self) -> Sequence[Path]:
        """Letters that met a defect of this program: nobody sends them again by itself."""
        return sorted(self.folder.glob(f"*{SET_ASIDE}"))

    def read(self, path: Path) -> Letter:
        return _from_text(path.read_text(encoding="utf-8"))

    def forget(self, path: Path) -> None:
        """It was sent: the database has it, or has its refusal."""
        path.unlink(missing_ok=True)
        self._settle()

    def put_aside(self, path: Path) -> None:
        """Keep it out of the way of the others."""
        path.rename(path.with_suffix(SET_ASIDE))
        self._settle()

    @contextmanager
    def sending(self) -> Iterator[None]:
        """One sender at a time, so that none overtakes and nothing is refused twice."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (self.folder / "lock").open("a") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def _settle(self) -> None:
        """Have the folder itself on disk, so that a power cut takes no name away."""
        handle = os.open(self.folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
