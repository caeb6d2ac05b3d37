"""`record`: transactions per second, beside bare commits of one row on the same connection."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from statistics import median
from time import perf_counter
from typing import Any
from uuid import UUID, uuid4

import psycopg
from psycopg.types.json import Jsonb
from sqlalchemy import Engine

from benchmarks.figures import Figure, Result, per_second
from benchmarks.journeys import Asked, next_asked, play_alone, refer
from benchmarks.place import Place, database
from deployments.roles import plain
from desk.simulation.step import present
from models.database import Connection, connect, transaction
from models.record import record
from tasks import clock

SIZE = 40
WARM_UP = 6
"""Journeys before measuring: connections, caches and prepared statements are as in a worker."""

TABLE = "CREATE TABLE bare (id uuid PRIMARY KEY, payload jsonb NOT NULL, at timestamptz NOT NULL)"
BARE = "INSERT INTO bare VALUES (%s, %s, %s)"


class Measured:
    """Seconds for each transaction, round by round, of record and of what is done beside it."""

    def __init__(self, place: Place, raw: Connection) -> None:
        self._place = place
        self._raw = raw
        self.record: list[float] = []
        self.bare: list[float] = []
        self.raw: list[float] = []

    def turn(self, asked: Sequence[Asked]) -> None:
        """Record all of these at a stretch, then rows of the same content each way.

        Rounds are fractions of a second, so that what else the machine does meets all three.
        """
        rows = [Jsonb(one.request.command.model_dump(mode="json")) for one in asked]
        self.record.append(_seconds(self._record, asked))
        self.bare.append(_seconds(self._bare, rows))
        self.raw.append(_seconds(self._bare_raw, rows))

    def _record(self, asked: Asked) -> None:
        record(self._place.app, asked.request, clock.wall(), asked.claim)

    def _bare(self, row: Jsonb) -> None:
        with transaction(self._place.app) as connection:
            connection.execute(BARE, (uuid4(), row, clock.wall()))

    def _bare_raw(self, row: Jsonb) -> None:
        self._raw.execute(BARE, (uuid4(), row, clock.wall()))
        self._raw.commit()


def _seconds(act: Callable[[Any], None], all_of_it: Sequence[Any]) -> float:
    began = perf_counter()
    for one in all_of_it:
        act(one)
    return (perf_counter() - began) / len(all_of_it)


def side_by_side(app: Engine, numbers: Iterable[int]) -> Iterator[list[Asked]]:
    """Whole journeys side by side, each to its first follow-up: what is asked, round by round.

    Whoever asks for the next round has recorded this one.
    """
    asked = [refer(app, number) for number in numbers]
    journeys = [one.request.journey for one in asked]
    while asked:
        yield asked
        asked = [next_asked(app, one) for one in journeys if _goes_on(app, one)]


def _goes_on(app: Engine, journey: UUID) -> bool:
    """Is something left to record, after what is more than a record?"""
    play_alone(app, journey)
    return present(app, journey).stage != "follow_up"


def _bare_table(place: Place) -> None:
    owner = connect(place.databases.owner)
    with transaction(owner) as connection:
        connection.execute(TABLE)
        connection.execute("GRANT INSERT ON bare TO atmpflow_app")
    owner.dispose()


def _warm_up(measured: Measured, place: Place, journeys: int) -> None:
    for asked in side_by_side(place.app, range(journeys)):
        measured.turn(asked)


def run(size: int = SIZE) -> Result:
    """Record every command of `size` journeys."""
    with database() as place, psycopg.connect(plain(place.databases.application)) as raw:
        _bare_table(place)
        _warm_up(Measured(place, raw), place, min(size, WARM_UP))
        measured = Measured(place, raw)
        for asked in side_by_side(place.app, range(WARM_UP, WARM_UP + size)):
            measured.turn(asked)
    return Result("record", size, _figures(measured))


def _beside(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """How fast ours is beside theirs, round by round: a busy minute slows both."""
    return median(their / our for our, their in zip(ours, theirs, strict=True))


def _figures(measured: Measured) -> tuple[Figure, ...]:
    record_per_s, bare_per_s = per_second(measured.record), per_second(measured.bare)
    raw_per_s = per_second(measured.raw)
    return (
        Figure("record_per_s", record_per_s, "/s", "commands recorded in a second, by the median"),
        Figure("bare_per_s", bare_per_s, "/s", "one row and a commit, same SQLAlchemy engine"),
        Figure("raw_per_s", raw_per_s, "/s", "one row and a commit, one psycopg connection held"),
        Figure(
            "record_to_bare",
            _beside(measured.record, measured.bare),
            "x",
            "records beside bare commits on the same engine, by the median of rounds",
            least=1 / 3,
        ),
        Figure(
            "record_to_raw",
            _beside(measured.record, measured.raw),
            "x",
            "records beside bare commits on a held psycopg connection, likewise",
        ),
    )
