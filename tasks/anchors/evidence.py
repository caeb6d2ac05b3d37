"""What the checker is handed: the anchors of this record from every place, and the keys."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Engine

from models.installation import installation
from models.invariants.anchors import Anchoring
from tasks.anchors import where
from tasks.anchors.alone import alone
from tasks.anchors.key import trusted
from tasks.anchors.places import Place, records_in


@dataclass(frozen=True)
class Copy(Mapping[int, bytes]):
    """The anchors that a place had at one moment; each is read when it is asked for."""

    place: Place
    had: frozenset[int]

    def __iter__(self) -> Iterator[int]:
        return iter(self.had)

    def __contains__(self, number: object) -> bool:
        return number in self.had

    def __len__(self) -> int:
        return len(self.had)

    def __getitem__(self, number: int) -> bytes:
        return self.place[number]


def anchoring(engine: Engine) -> Anchoring:
    """The anchors of this record, listed while nobody makes one."""
    with alone(engine) as connection:
        ours = installation(connection)
        copies = _copies(ours) if ours else {}
    folders = where.folders()
    others = {record for folder in folders for record in records_in(folder)} - {ours}
    return Anchoring(copies, trusted(where.key_file()), ours, len(others))


def _copies(ours: UUID) -> dict[str, Copy]:
    places = [Place(folder, ours) for folder in where.folders()]
    return {str(place.folder): Copy(place, frozenset(place.numbers())) for place in places}
