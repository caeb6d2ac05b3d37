"""Two workers whose statements come in an order that a scheduler chooses; nothing sleeps.

Each statement waits for its turn and is done when the next turn is given, unless PostgreSQL itself
makes it wait for the other worker: then the other goes on until it is free.
"""

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import psycopg
from sqlalchemy import Engine, create_engine
from sqlalchemy.pool import StaticPool

from models.database import OPTIONS

LOOK_EVERY_S = 0.002
STUCK_AFTER_S = 30.0

_here = threading.local()


def _turn() -> None:
    worker: Worker | None = getattr(_here, "worker", None)
    if worker is not None:
        worker.wait_for_turn()


class Stepped(psycopg.Cursor[Any]):
    """A cursor whose statements wait for their worker's turn, and are then done at once."""

    def execute(self, *arguments: Any, **options: Any) -> Any:
        _turn()
        super().execute(*arguments, **options)
        if getattr(_here, "worker", None) is not None:
            with self.connection.pipeline():
                pass  # a statement of a pipeline would wait to be sent together with others
        return self


class SteppedConnection(psycopg.Connection[Any]):
    """A connection whose commits and rollbacks wait for a turn, too."""

    def commit(self) -> None:
        _turn()
        super().commit()


def stepped_engine(url: str) -> Engine:
    """An engine on one connection, whose statements can be given turns."""
    plain = url.replace("+psycopg", "")

    def connection() -> psycopg.Connection[Any]:
        return SteppedConnection.connect(plain, options=OPTIONS, cursor_factory=Stepped)

    return create_engine("postgresql+psycopg://", creator=connection, poolclass=StaticPool)


@dataclass
class Worker:
    """One of the two, in a thread of its own."""

    name: str
    engine: Engine
    pid: int
    changed: threading.Condition
    """Shared by both: told whenever either of them waits for a turn or has ended."""
    waiting: bool = False
    given: bool = False
    ended: bool = False
    turns: int = 0
    outcome: Any = None

    def wait_for_turn(self) -> None:
        with self.changed:
            self.waiting = True
            self.changed.notify_all()
            assert self.changed.wait_for(lambda: self.given, STUCK_AFTER_S)
            self.given = self.waiting = False
            self.turns += 1

    def work(self, deed: Callable[[Engine], Any]) -> None:
        _here.worker = self
        try:
            self.outcome = deed(self.engine)
        except Exception as error:
            self.outcome = error
        finally:
            _here.worker = None
            with self.changed:
                self.ended = True
                self.changed.notify_all()


@dataclass
class Race:
    """What became of both, and the order in which their statements were really done."""

    outcomes: tuple[Any, Any]
    order: str


@dataclass
class Scheduler:
    """Gives turns; kept between races, for its connections are."""

    url: str
    engines: tuple[Engine, Engine] = field(init=False)

    def __post_init__(self) -> None:
        self.engines = stepped_engine(self.url), stepped_engine(self.url)
        self._observer = psycopg.connect(self.url.replace("+psycopg", ""), autocommit=True)

    def close(self) -> None:
        self._observer.close()
        for engine in self.engines:
            engine.dispose()

    def race(self, deeds: tuple[Callable[[Engine], Any], ...], order: Iterable[str]) -> Race:
        """Let A and B do their deeds, in the order of turns as far as PostgreSQL lets them.

        `order` names A or B for each turn; when it is at its end they take turns until both are.
        """
        changed = threading.Condition()
        workers = [
            Worker(name, engine, _pid(engine), changed)
            for name, engine in zip("AB", self.engines, strict=True)
        ]
        threads = [
            threading.Thread(target=one.work, args=(deed,), daemon=True)
            for one, deed in zip(workers, deeds, strict=True)
        ]
        for thread in threads:
            thread.start()
        done = "".join(self._turns(workers, changed, iter(order)))
        for thread in threads:
            thread.join(STUCK_AFTER_S)
        first, second = workers
        return Race((first.outcome, second.outcome), done)

    def _turns(
        self, workers: list[Worker], changed: threading.Condition, order: Iterable[str]
    ) -> Iterable[str]:
        wishes = iter(order)
        while ready := self._ready(workers, changed):
            wish = next(wishes, "A" if ready[-1].turns >= ready[0].turns else "B")
            chosen = next((one for one in ready if one.name == wish), ready[0])
            with changed:
                chosen.waiting, chosen.given = False, True
                changed.notify_all()
            yield chosen.name

    def _ready(self, workers: list[Worker], changed: threading.Condition) -> list[Worker]:
        """Those that wait for a turn, once nobody does anything but wait; none at the end."""
        looks = 0
        while True:
            with changed:
                busy = [one for one in workers if not (one.waiting or one.ended)]
                if busy:
                    changed.wait(LOOK_EVERY_S)
                busy = [one for one in workers if not (one.waiting or one.ended)]
                ready = [one for one in workers if one.waiting]
            if not busy or (ready and all(self._blocked(one) for one in busy)):
                return ready
            looks += 1
            assert looks * LOOK_EVERY_S < STUCK_AFTER_S, "a worker neither ends nor waits"

    def _blocked(self, worker: Worker) -> bool:
        """Does PostgreSQL make it wait for a lock that another holds?"""
        query = "SELECT cardinality(pg_blocking_pids(%s)) > 0"
        return self._observer.execute(query, (worker.pid,)).fetchone() == (True,)


def _pid(engine: Engine) -> int:
    with engine.connect() as pooled:
        return pooled.connection.driver_connection.info.backend_pid  # type: ignore[union-attr]
