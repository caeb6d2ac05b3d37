"""Which anchors there are: by number, and how many places keep each."""

from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Engine

from models.database import transaction
from models.installation import installation
from tasks.anchors import where
from tasks.anchors.places import Place, signed


@dataclass(frozen=True, slots=True)
class Listed:
    """One anchor, as the first place that keeps it says; `places` as `2 of 2`."""

    number: int
    at: str
    why: str
    journeys: int
    root: str
    places: str

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def listed(engine: Engine) -> list[Listed]:
    """Every anchor of this record, the oldest first; what is no anchor says so."""
    with transaction(engine) as connection:
        ours = installation(connection)
    places = [Place(folder, ours) for folder in where.folders()] if ours else []
    has = [frozenset(place.numbers()) for place in places]
    numbers = sorted(frozenset().union(*has))
    return [_listed(number, places, sum(number in one for one in has)) for number in numbers]


def _listed(number: int, places: list[Place], count: int) -> Listed:
    kept = f"{count} of {len(places)}"
    text = next(place[number] for place in places if number in place)
    try:
        says = signed(text).says()
    except ValueError:
        return Listed(number, "", "unreadable", 0, "", kept)
    return Listed(number, says["at"], says["why"], says["journeys"], says["root"], kept)
