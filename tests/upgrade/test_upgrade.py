"""A database of an earlier version, with journeys in it, comes up version by version and is whole.

Each dump beside this file was recorded and written by the code of its own version.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import psycopg
import pytest
from _pytest.mark import ParameterSet
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

from deployments.dump import load
from deployments.roles import plain
from models.invariants.checker import Violation
from models.keys import KEY_FILE
from models.migrate import configuration, found, wanted
from models.renewal import renew
from tasks.verify import verified
from tests.conftest import Database
from tests.models.rows import EVERY_TABLE
from tests.upgrade.make import KEY

DUMPS = sorted(Path(__file__).parent.glob("*.dump"))

NEW_RULES = {"not found fit": "0008", "happened during the hold": "0027"}
"""What journeys of an earlier version were never asked for, and the version that first asked."""

BARE = {"label_print", "signature_void", "sscc_counter"}
"""Tables of the newest dump's version that its journeys had no use for."""

TRAIL = """
SELECT count(*), md5(string_agg(l::text, '' ORDER BY id)) FROM (
    SELECT id, journey_id, seq, name, actor, role, occurred_at, payload, hash FROM ledger) AS l
"""


def later_than(revision: str) -> list[str]:
    """Every version after one, in order."""
    steps = ScriptDirectory.from_config(configuration()).iterate_revisions("head", revision)
    return [step.revision for step in steps][::-1]


def _one(url: str, query: str) -> Any:
    with psycopg.connect(plain(url)) as connection:
        return connection.execute(query.encode()).fetchall()


def _rows(url: str) -> dict[str, int]:
    """How many rows each of our tables has, of those that are there."""
    named = ", ".join(f"('{name}')" for name in EVERY_TABLE)
    known = f"SELECT n FROM (VALUES {named}) AS t (n) WHERE to_regclass(n) IS NOT NULL"  # noqa: S608
    there = _one(url, known)
    counts = [f"SELECT '{name}', count(*) FROM {name}" for (name,) in there]  # noqa: S608
    return dict(_one(url, " UNION ALL ".join(counts)))


@pytest.fixture
def empty(own_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Database:
    """A database without any table, and the key of the dumps' identities."""
    key = tmp_path / "identity.key"
    key.write_text(KEY, encoding="ascii")
    monkeypatch.setenv(KEY_FILE, str(key))
    for statement in ("DROP OWNED BY atmpflow_owner CASCADE", "CREATE SCHEMA IF NOT EXISTS public"):
        with psycopg.connect(plain(own_database.owner_url), autocommit=True) as connection:
            connection.execute(statement.encode())
    return own_database


def _up(owner: Engine, url: str, revision: str) -> None:
    """One version further: every row is there afterwards, and the trail is what it was."""
    rows, trail = _rows(url), _one(url, TRAIL)
    command.upgrade(configuration(owner), revision)
    assert found(owner) == revision
    assert _one(url, TRAIL) == trail
    now = _rows(url)
    assert {name: now[name] for name in rows} == rows


def _cases() -> Iterator[ParameterSet]:
    """Every dump; of the default run the newest two, which come by way of every later version."""
    for dump in DUMPS:
        yield pytest.param(dump, id=dump.stem, marks=() if dump in DUMPS[-2:] else pytest.mark.slow)


@pytest.mark.parametrize("dump", list(_cases()))
def test_journeys_of_an_earlier_version_are_whole_in_every_later_one(
    empty: Database, dump: Path
) -> None:
    load(empty.owner_url, dump)
    assert found(empty.owner) == dump.stem
    assert _one(empty.owner_url, TRAIL)[0][0] > 100
    for revision in later_than(dump.stem):
        _up(empty.owner, empty.owner_url, revision)
    assert found(empty.owner) == wanted()
    renew(empty.owner)
    assert renew(empty.owner) == 0
    unexplained = _unexplained(verified(empty.app).violations, dump.stem)
    assert not unexplained, "\n".join(map(str, unexplained))


def _unexplained(violations: Sequence[Violation], revision: str) -> list[tuple[str, str]]:
    """What does not hold, apart from what could not hold yet."""
    late = ("is not answered", "overdue and not fired", "was passed over")
    newer = [what for what, since in NEW_RULES.items() if revision < since]
    return [
        (one.number, one.found)
        for one in violations
        if not any(word in one.found for word in (*late, *newer))
    ]


def test_the_newest_dump_has_something_in_every_table(empty: Database) -> None:
    load(empty.owner_url, DUMPS[-1])
    bare = {name for name, rows in _rows(empty.owner_url).items() if not rows}
    assert bare <= BARE, "fill it in tests/upgrade/beside.py: python -m tests.upgrade.make"
