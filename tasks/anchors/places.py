"""A folder that keeps anchors: one file each, written once, never written over."""

import json
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

NAME = re.compile(r"(\d{8})\.anchor")


@dataclass(frozen=True)
class Place(Mapping[int, bytes]):
    """The anchors of one record in one folder, by number; each is read when it is asked for."""

    folder: Path
    installation: UUID

    @property
    def own(self) -> Path:
        """The record's own folder within the place."""
        return self.folder / str(self.installation)

    def numbers(self) -> list[int]:
        """Every number kept here, in order."""
        with suppress(OSError):
            found = (NAME.fullmatch(name) for name in os.listdir(self.own))
            return sorted(int(one[1]) for one in found if one)
        return []

    def __iter__(self) -> Iterator[int]:
        return iter(self.numbers())

    def __len__(self) -> int:
        return len(self.numbers())

    def __getitem__(self, number: int) -> bytes:
        try:
            return self._file(number).read_bytes()
        except OSError:
            raise KeyError(number) from None

    def _file(self, number: int) -> Path:
        return self.own / f"{number:08d}.anchor"

    def write(self, number: int, content: bytes) -> None:
        """Keep an anchor: whole, on the disk, and only where there is none of its number.

        Raises OSError where it cannot be kept, FileExistsError among them.
        """
        self.own.mkdir(parents=True, exist_ok=True)
        part = self.own / f"{number:08d}.part"
        with suppress(FileNotFoundError):
            part.unlink()
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o444), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        _name(part, self._file(number))
        _sync(self.own)


def _name(part: Path, final: Path) -> None:
    """Give a whole file its name, unless something has that name."""
    try:
        os.link(part, final)
    except FileExistsError:
        raise
    except OSError:  # a file system without links
        if final.exists():
            raise FileExistsError(final) from None
        part.rename(final)
    finally:
        part.unlink(missing_ok=True)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def records_in(folder: Path) -> set[UUID]:
    """Every record that has anchors in a folder."""
    found: set[UUID] = set()
    with suppress(OSError):
        for name in os.listdir(folder):
            with suppress(ValueError):
                found.add(UUID(name))
    return found


@dataclass(frozen=True, slots=True)
class Signed:
    """An anchor as it is kept: the signed line, a line with key and signature, the heads' line.

    Anchors of format 1 list their heads in the signed line and have no third.
    """

    content: bytes
    public: bytes
    signature: bytes
    heads: bytes = b""

    @property
    def seal(self) -> dict[str, str]:
        return {"key": self.public.hex(), "signature": self.signature.hex()}

    @property
    def text(self) -> bytes:
        lines = [self.content, json.dumps(self.seal).encode(), *([self.heads] * bool(self.heads))]
        return b"".join(line + b"\n" for line in lines)

    def says(self) -> dict[str, Any]:
        """What the anchor says."""
        return json.loads(self.content)

    def listed(self) -> list[list[Any]]:
        """The heads that it lists: journey, version, hash."""
        return json.loads(self.heads)["heads"] if self.heads else self.says()["heads"]


def signed(text: bytes) -> Signed:
    """An anchor from its file. Raises ValueError where it is none."""
    try:
        content, seal, *heads, rest = text.split(b"\n")
        says, sealing = json.loads(content), json.loads(seal)
        keys = bytes.fromhex(sealing["key"]), bytes.fromhex(sealing["signature"])
        if rest or [sha256(one).hexdigest() for one in heads] != _digests(says):
            raise ValueError("not what was signed")
        return Signed(content, *keys, *heads)
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError("no anchor") from error


def _digests(says: dict[str, Any]) -> list[str]:
    """The digests of the lines that follow the signature."""
    return [] if says["format"] == 1 else [says["heads"]]
