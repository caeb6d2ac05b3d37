"""One function of the session's own that says everything that is asked after a step.

It is told the first transaction whose rows are new, what the tables were like at the last check,
and how far each journey is known. The checker's queries stand in it word for word. Where nothing
but commands has changed, the parts of a UNION ALL that read no command are left out.
"""

import re
from collections.abc import Iterable, Iterator

from models.invariants import chain
from models.invariants.statement import Invariant
from tests.machine.tables import cleared

STEP = "pg_temp.step"
COMMAND = re.compile(r"\b(?:FROM|JOIN) command\b")
UNION = "\nUNION ALL\n"
BODY = re.compile(r"^SELECT\b", re.MULTILINE)
"""Where a query's own first SELECT begins, after what WITH has named."""

ROW_BY_ROW = {"20": ("ledger", "command", "reaction", "shipment")}
"""Invariants that judge each row of these tables by itself: old rows say what they said before."""

NEWER = "age(xmin) <= (SELECT age($4::text::xid))"
"""Rows of a version that is no older than a transaction."""
NEWEST = "coalesce(age('3'::xid) - min(age(xmin)), 0)"
"""The newest row's transaction, counted from the first there is; the number itself has no order."""

NEW_ROWS = """
SELECT 'row', l.journey_id,
    jsonb_build_array(l.seq, l.name, l.actor, l.role, l.occurred_at, l.payload)
FROM ledger l
LEFT JOIN unnest($1, $2) AS seen (id, version) ON seen.id = l.journey_id
WHERE l.seq > coalesce(seen.version, 0) ORDER BY l.journey_id, l.seq
"""
STATE = """
SELECT 'journey', id,
    jsonb_build_array(version, ended, held_by IS NOT NULL, person_id, product, coi) FROM journey
UNION ALL
SELECT 'unit', journey_id, jsonb_build_array(unit, state) FROM unit
UNION ALL
SELECT 'dose', journey_id, jsonb_build_array(dose, unit, first_checker, second_checker)
FROM administration
UNION ALL
SELECT 'commands', NULL, to_jsonb(count(*)) FROM command
"""


def only_newer(query: str) -> str:
    """A query of one table, of its newer rows."""
    head, where, condition = query.partition("WHERE")
    return f"{head} WHERE {NEWER}" + (f" AND {condition}" if where else "")


# ruff: noqa: S608 - statements of the tests' own
EVENTS = f"""
SELECT 'event', f.journey, jsonb_build_array(
    f.seq, f.id, encode(f.previous, 'hex'), encode(f.hash, 'hex'), f.content)
FROM ({only_newer(chain.EVENTS)}) AS f (journey, seq, id, previous, hash, content)
"""
COMMANDS = f"""
SELECT 'command', f.journey, jsonb_build_array(f.name, encode(f.digest, 'hex'), f.content)
FROM ({only_newer(chain.COMMANDS)}) AS f (journey, name, digest, content)
"""
NEXT = "SELECT 'next', NULL::uuid, to_jsonb(pg_snapshot_xmax(pg_current_snapshot())::text)"
"""The first transaction that no row can be of yet."""


def marks() -> str:
    """Of every table but that of the commands, how many rows, and the newest transaction's."""
    tables = " UNION ALL ".join(
        f"SELECT '{table.name}' AS name, count(*) AS rows, {NEWEST} AS newest FROM {table.name}"
        for table in cleared()
        if table.name != "command"
    )
    return f"SELECT string_agg(concat(name, ':', rows, ':', newest), ' ') FROM ({tables}) AS t"


def of_commands(one: Invariant) -> str:
    """The parts of its query that read commands; empty where none does."""
    return _parts(one, reading=True)


def left_out(one: Invariant) -> str:
    """The other parts."""
    return _parts(one, reading=False)


def _parts(one: Invariant, *, reading: bool) -> str:
    begins = BODY.search(one.query)
    assert begins is not None
    named, body = one.query[: begins.start()], one.query[begins.start() :]
    always = COMMAND.search(named)
    chosen = [part for part in body.split(UNION) if bool(always or COMMAND.search(part)) is reading]
    return named + UNION.join(chosen) if chosen else ""


def function(invariants: Iterable[Invariant]) -> str:
    """Makes the function. It is told

    1. the journeys that are known, 2. up to which event of each, 3. whether to check,
    4. the first transaction whose rows are newer than at the last check, 5. the marks of then.
    """
    every = list(invariants)
    lines = [
        f"found_marks := ({marks()});",
        "RETURN QUERY SELECT 'marks', NULL::uuid, to_jsonb(found_marks);",
        *_answers(NEW_ROWS, STATE),
        "IF NOT $3 THEN RETURN; END IF;",
        *_answers(NEXT, COMMANDS),
        "IF found_marks = $5 THEN",
        *(_asked(one, query) for one in every if (query := of_commands(one))),
        "ELSE",
        *_answers(EVENTS),
        *(_asked(one, one.query) for one in every),
        "END IF;",
    ]
    body = "\n".join(lines)
    return (
        f"CREATE FUNCTION {STEP}(uuid[], int[], boolean, bigint, text)"
        " RETURNS TABLE (what text, journey uuid, said jsonb) LANGUAGE plpgsql AS $asked$\n"
        f"#variable_conflict use_column\nDECLARE found_marks text;\nBEGIN\n{body}\nEND $asked$"
    )


def _answers(*queries: str) -> Iterator[str]:
    yield from (f"RETURN QUERY {query};" for query in queries)


def _asked(one: Invariant, query: str) -> str:
    """What it finds, of the newer rows alone where it judges each row by itself."""
    named = ", ".join(
        f"{table} AS (SELECT * FROM public.{table} WHERE {NEWER})"
        for table in ROW_BY_ROW.get(one.number, ())
    )
    head = f"WITH {named} " if named else ""
    said = f"jsonb_build_array('{one.number}', f.what)"
    return (
        f"RETURN QUERY {head}SELECT 'found', f.journey::uuid, {said}"
        f" FROM (\n{query}\n) AS f (journey, what);"
    )
