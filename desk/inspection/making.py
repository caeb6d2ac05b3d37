"""Making a pack: the archive from the record, then the paper from the archive alone."""

from dataclasses import dataclass
from hashlib import file_digest
from pathlib import Path

from sqlalchemy import Engine

from desk.inspection.archive import Pack
from desk.inspection.gather import Asked, write
from desk.inspection.sheet import paper


@dataclass(frozen=True, slots=True)
class Made:
    """The two files of a pack, their digests, and how many journeys they cover."""

    archive: Path
    paper: Path
    archive_sha256: str
    paper_sha256: str
    journeys: int


def make(engine: Engine, asked: Asked, folder: Path, name: str) -> Made:
    """Both files, in a folder that is made where it is missing.

    Raises Refused as `write`, and OSError; what was written half is taken away again.
    """
    folder.mkdir(parents=True, exist_ok=True)
    archive, sheets = folder / f"{name}.zip", folder / f"{name}.pdf"
    half = folder / f".{name}.half"
    try:
        choice = write(engine, asked, half)
        digest = _sha256(half)
        with Pack(half) as pack:
            sheets.write_bytes(paper(pack, archive.name, digest))
        half.replace(archive)
    finally:
        half.unlink(missing_ok=True)
    return Made(archive, sheets, digest, _sha256(sheets), len(choice.journeys))


def _sha256(file: Path) -> str:
    with file.open("rb") as content:
        return file_digest(content, "sha256").hexdigest()
