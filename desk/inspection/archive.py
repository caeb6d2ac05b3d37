"""The archive of a pack: a zip whose manifest has the SHA-256 of each member."""

import json
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import IO, Any, Self

from desk.inspection.tables import as_json

FORMAT = 1
MANIFEST, SUMS = "manifest.json", "SHA256SUMS"
LONG_AGO = (1980, 1, 1, 0, 0, 0)
"""Moments of members would make equal records differ."""

OF_THE_MAKING = frozenset({"pack.json", "verification.json", "README.txt"})
"""Members that also tell of the making; all others follow from the record alone."""

AT_ONCE = 1 << 20

UNREADABLE = (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, LookupError,
              NotImplementedError, RuntimeError)  # fmt: skip
"""What reading a damaged archive raises: broken, of an unknown packing, or said to be locked."""


@dataclass(frozen=True, slots=True)
class Member:
    """One file of the archive; `rows` where it is a table."""

    name: str
    size: int
    sha256: str
    rows: int | None = None


class Counted:
    """A table's rows, counted as they pass."""

    def __init__(self, rows: Iterable[Sequence[Any]]) -> None:
        self._rows, self.count = rows, 0

    def __iter__(self) -> Iterator[Sequence[Any]]:
        for row in self._rows:
            self.count += 1
            yield row


class Archive:
    """An archive that is being written, member by member, in order."""

    def __init__(self, file: Path) -> None:
        self._zip = zipfile.ZipFile(file, "w")
        self.members: list[Member] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()

    def add(self, name: str, pieces: Iterable[bytes], rows: Counted | None = None) -> None:
        """One more member, as its pieces come; `rows` are those that they are made of."""
        digest, size = sha256(), 0
        with self._zip.open(_info(name), "w") as into:
            for piece in pieces:
                digest.update(piece)
                size += into.write(piece)
        count = None if rows is None else rows.count
        self.members.append(Member(name, size, digest.hexdigest(), count))

    def close(self, said: dict[str, Any]) -> str:
        """The manifest and the sums, last of all; returns the digest of the record's content."""
        content = content_digest(self.members)
        members = [
            {name: one for name, one in asdict(member).items() if one is not None}
            for member in self.members
        ]
        whole = {"format": FORMAT, **said, "content_sha256": content, "members": members}
        self.add(MANIFEST, as_json(whole))
        self.add(SUMS, (f"{one.sha256}  {one.name}\n".encode() for one in tuple(self.members)))
        return content


def _info(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, LONG_AGO)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.create_system, info.external_attr = 3, 0o644 << 16
    return info


def content_digest(members: Iterable[Member]) -> str:
    """SHA-256 over the lines `sha256  name` of every member that follows from the record alone."""
    lines = sorted(f"{one.sha256}  {one.name}" for one in members if one.name not in OF_THE_MAKING)
    return sha256("\n".join(lines).encode()).hexdigest()


class Pack:
    """A written archive, read back."""

    def __init__(self, file: Path) -> None:
        self._zip = zipfile.ZipFile(file)
        self.names = frozenset(self._zip.namelist())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()

    def read(self, name: str) -> bytes:
        """A member's bytes."""
        return self._zip.read(name)

    def told(self, name: str) -> Any:
        """A member that is JSON."""
        return json.loads(self.read(name))

    def open(self, name: str) -> IO[bytes]:
        """A member, to be read piece by piece."""
        return self._zip.open(name)


def faults(file: Path) -> list[str]:
    """What of an archive is not what its manifest says; nothing where all of it is."""
    try:
        with Pack(file) as pack:
            return list(_faults(pack))
    except UNREADABLE as error:
        return [f"it cannot be read as a pack: {type(error).__name__}"]


def _faults(pack: Pack) -> Iterator[str]:
    manifest = pack.told(MANIFEST)
    members = [Member(one["name"], one["size"], one["sha256"]) for one in manifest["members"]]
    named = {one.name for one in members}
    for name in sorted(pack.names - named - {MANIFEST, SUMS}):
        yield f"{name} is in no manifest"
    for one in members:
        if one.name not in pack.names:
            yield f"{one.name} is missing"
        elif _sha256(pack, one.name) != one.sha256:
            yield f"{one.name} is not what the manifest says"
    if content_digest(members) != manifest["content_sha256"]:
        yield "the digest of the content is not that of its members"
    lines = [f"{one.sha256}  {one.name}" for one in members]
    lines.append(f"{_sha256(pack, MANIFEST)}  {MANIFEST}")
    if pack.read(SUMS).decode().splitlines() != lines:
        yield f"{SUMS} does not say what the manifest says"


def _sha256(pack: Pack, name: str) -> str:
    """Of a member's bytes; nothing where they cannot even be unpacked."""
    digest = sha256()
    try:
        with pack.open(name) as member:
            while piece := member.read(AT_ONCE):
                digest.update(piece)
    except UNREADABLE:
        return ""
    return digest.hexdigest()
