"""Is what is installed what the lock file names, and are its files as they were packed?"""

import base64
import re
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from desk.validation.release import LOCK

_LINE = re.compile(r"^[A-Za-z0-9].*?==.*?(?= \\|$)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Package:
    """A package of the lock file, beside what is installed."""

    name: str
    locked: str
    installed: str
    files: int
    altered: tuple[str, ...]
    """Files whose digest is not the one that the package was packed with."""

    @property
    def right(self) -> bool:
        """The locked version, with every file as it was packed."""
        return self.locked == self.installed and not self.altered


def locked(lock: Path = LOCK) -> Iterator[tuple[str, str]]:
    """Name and version of each package that the lock file names for this machine."""
    for line in _LINE.findall(lock.read_text(encoding="utf-8")):
        wanted = Requirement(line)
        if wanted.marker is None or wanted.marker.evaluate():
            yield canonicalize_name(wanted.name), next(iter(wanted.specifier)).version


def packages(lock: Path = LOCK) -> list[Package]:
    """Every package that should be here."""
    return [_beside(name, version) for name, version in locked(lock)]


def _beside(name: str, wanted: str) -> Package:
    try:
        found = distribution(name)
    except PackageNotFoundError:
        return Package(name, wanted, "not installed", 0, ())
    altered = tuple(_altered(found))
    return Package(name, wanted, found.version, len(found.files or ()), altered)


def _altered(found: Distribution) -> Iterator[str]:
    for file in found.files or ():
        if file.hash is None or file.hash.mode != "sha256":
            continue
        place = Path(str(file.locate()))
        if not place.is_file() or _packed(place) != file.hash.value:
            yield str(file)


def _packed(file: Path) -> str:
    """A digest as RECORD of a wheel writes it."""
    digest = sha256(file.read_bytes()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")
