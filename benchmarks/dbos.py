"""`dbos`: a journey of ten steps, beside a DBOS workflow of ten steps on the same PostgreSQL."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from time import perf_counter

import psycopg
from dbos import DBOS, DBOSConfig, SQLAlchemyDatasource
from sqlalchemy import text

from benchmarks.figures import Figure, Result
from benchmarks.journeys import Asked, next_asked, refer
from benchmarks.place import Place, database
from deployments.roles import OWNER_ROLE, plain
from models.record import record
from tasks import clock

SIZE = 120
STEPS = 10
AT_ONCE = 8
WARM_UP = 5
PRODUCT = "hemgenix"
"""Its first ten commands hold no slots, for which journeys side by side would wait in turn."""

NAME = "peer"
TABLE = "CREATE TABLE state (workflow uuid, step int, at timestamptz, PRIMARY KEY (workflow, step))"

Journey = Callable[[int], None]
"""Carries one journey through its ten steps; the number tells journeys apart."""


def _ours(place: Place) -> Journey:
    """Ten commands of a real journey, from its referral to the order; facts are read for each."""

    def record_it(asked: Asked) -> None:
        record(place.app, asked.request, clock.wall(), asked.claim)

    def journey(number: int) -> None:
        first = refer(place.app, number, PRODUCT)
        record_it(first)
        for _ in range(STEPS - 1):
            record_it(next_asked(place.app, first.request.journey))

    return journey


@contextmanager
def _theirs(place: Place) -> Iterator[Journey]:
    """A workflow of ten transactions, each of which writes one row of state and its checkpoint."""
    url = _own_database(place)
    source = SQLAlchemyDatasource.create(url, engine_kwargs={"pool_size": AT_ONCE})
    config = DBOSConfig(
        name=NAME, system_database_url=url, sys_db_pool_size=2 * AT_ONCE, log_level="ERROR"
    )
    DBOS(config=config)

    @source.transaction(isolation_level="READ COMMITTED")
    def step(workflow: str, number: int) -> int:
        values = {"workflow": workflow, "step": number}
        row = text("INSERT INTO state VALUES (:workflow, :step, now())")
        source.sql_session().execute(row, values)
        return number

    @DBOS.workflow()
    def journey(number: int) -> None:
        workflow = str(DBOS.workflow_id)
        for each in range(STEPS):
            step(workflow, each)

    DBOS.launch()
    try:
        yield journey
    finally:
        DBOS.destroy(destroy_registry=True)


def _own_database(place: Place) -> str:
    """A database of the peer's own on the same server."""
    administrator = plain(str(place.databases.administrator))
    with psycopg.connect(administrator, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {NAME} OWNER {OWNER_ROLE}".encode())
    url = place.databases.owner.replace("@/atmpflow?", f"@/{NAME}?")
    with psycopg.connect(plain(url), autocommit=True) as connection:
        connection.execute(TABLE)
    return url


def _per_second(journey: Journey, numbers: range, *, at_once: int) -> float:
    with ThreadPoolExecutor(at_once) as threads:
        began = perf_counter()
        list(threads.map(journey, numbers))
        return len(numbers) / (perf_counter() - began)


def _rates(ours: Journey, theirs: Journey, size: int) -> dict[str, float]:
    """Journeys per second of each: in turns, so that both meet the same machine."""
    rates: dict[str, float] = {}
    numbers = range(WARM_UP, WARM_UP + size)
    for at_once in (1, AT_ONCE):
        for name, journey in (("ours", ours), ("dbos", theirs)):
            _per_second(journey, range(numbers.start - WARM_UP, numbers.start), at_once=at_once)
            rates[f"{name}_{at_once}"] = _per_second(journey, numbers, at_once=at_once)
        numbers = range(numbers.stop + WARM_UP, numbers.stop + WARM_UP + size)
    return rates


def run(size: int = SIZE) -> Result:
    """`size` journeys one after another, then as many side by side, for each of the two."""
    with database() as place, _theirs(place) as theirs:
        rates = _rates(_ours(place), theirs, size)
    return Result("dbos", size, _figures(rates))


def _figures(rates: dict[str, float]) -> tuple[Figure, ...]:
    one, many = "one after another", f"{AT_ONCE} at once"
    ours = f"journeys of {STEPS} commands in a second"
    dbos = f"DBOS workflows of {STEPS} transactions in a second"
    both = "our journeys beside DBOS workflows"
    ratios = {at: rates[f"ours_{at}"] / rates[f"dbos_{at}"] for at in (1, AT_ONCE)}
    return (
        Figure("sequential_per_s", rates["ours_1"], "/s", f"{ours}, {one}"),
        Figure("dbos_sequential_per_s", rates["dbos_1"], "/s", f"{dbos}, {one}"),
        Figure("concurrent_per_s", rates[f"ours_{AT_ONCE}"], "/s", f"{ours}, {many}"),
        Figure("dbos_concurrent_per_s", rates[f"dbos_{AT_ONCE}"], "/s", f"{dbos}, {many}"),
        Figure("sequential_to_dbos", ratios[1], "x", f"{both}, {one}"),
        Figure("concurrent_to_dbos", ratios[AT_ONCE], "x", f"{both}, {many}"),
    )
