"""What somebody with every right might do to a record, at random from a seed."""

# ruff: noqa: S608 - a seed makes it the same again; statements of the tests' own

from collections.abc import Callable
from datetime import date, timedelta
from hashlib import sha256
from random import Random
from typing import Any
from uuid import UUID

import psycopg
import rfc8785
from psycopg.types.json import Jsonb

from models.additions import ADDED_TO
from models.changes import table_name
from models.tables import STATE
from tests.tampering.scene import Row, Scene

Edit = Callable[[Scene, Random], str]
"""Does one thing and says what it did; may raise psycopg.Error where a constraint refuses it."""

PEOPLE = ("account", "account_change", "appointment", "training", "delegation")
SIGNED = ("sign_in", "challenge", "trail_review", "signature", "signature_use", "signature_policy")
PAPERS = (
    "approval", "licence", "calibration", "periodic_report", "observation", "backup_made",
)  # fmt: skip

NO_EVIDENCE: dict[str, set[str]] = {
    # What the engine needs from minute to minute; what it did is told by its commands.
    "reaction": {"id", "not_before", "woken_at", "attempts", "fence", "claimed_by", "lease_until",
                 "done_at", "outcome", "trouble"},
    "outbox": {"delivered_at"},
    # Erasing an identity changes these; they are sealed, and bound to their row by the cipher.
    "identity.person": {"nhs_index"},
    "identity.sealing_key": {"wrapped", "destroyed_at", "destroyed_by", "reason"},
    # What may be changed later; that it was is a row of its own, or an end with its reason.
    **{name: {*ADDED_TO[name].without, "site_code"} for name in PEOPLE},
}  # fmt: skip
"""Columns that no anchor and no rule speaks for."""

TABLES = (
    "ledger", "ledger", "ledger", "command", "command", "timer", "reaction", "outbox", "reading",
    "logger_file", "identity.person", "identity.received", "identity.access",
    "identity.sealing_key", *PEOPLE, *SIGNED, *PAPERS, *(table_name(table) for table in STATE),
)  # fmt: skip
"""Every table that is evidence; the ledger and the commands more often."""


def _columns(scene: Scene, table: str) -> dict[str, str]:
    """Columns that are evidence, with their types."""
    found = scene.rows(
        "SELECT attname AS name, format_type(atttypid, NULL) AS type FROM pg_attribute"
        " WHERE attrelid = %(table)s::regclass AND attnum > 0 AND NOT attisdropped",
        table=table,
    )
    without = NO_EVIDENCE.get(table, set())
    return {row["name"]: row["type"] for row in found if row["name"] not in without}


def _some(scene: Scene, random: Random, table: str, count: int = 1) -> list[Row]:
    """Rows at random, each with its `ctid`."""
    places = scene.rows(f"SELECT ctid::text FROM {table} ORDER BY ctid")
    if len(places) < count:
        raise psycopg.DataError("too few rows")
    chosen = random.sample([place["ctid"] for place in places], count)
    return [
        scene.rows(f"SELECT ctid::text, * FROM {table} WHERE ctid = %(at)s::tid", at=at)[0]
        for at in chosen
    ]


def _set(scene: Scene, table: str, row: Row, **values: Any) -> None:
    sets = ", ".join(f"{column} = %({column})s" for column in values)
    adapted = {k: Jsonb(v) if isinstance(v, dict | list) else v for k, v in values.items()}
    statement = f"UPDATE {table} SET {sets} WHERE ctid = %(ctid)s::tid"
    assert scene.run(statement, **adapted, ctid=row["ctid"]) == 1


def _other(value: Any, kind: str, random: Random) -> Any:
    """A value near the one that was there."""
    if value is None:
        return _new(kind, random)
    for of, other in OTHERS.items():
        if isinstance(value, of):
            return other(value, random)
    if type(value) is date:
        return value + timedelta(days=random.choice((1, -1)))
    return value + timedelta(microseconds=random.choice((1, -1, 10**6, -(10**9), 86_400 * 10**6)))


def _other_bytes(value: bytes, random: Random) -> bytes:
    """One bit of one byte."""
    if not value:
        return b"\0"
    at = random.randrange(len(value))
    return value[:at] + bytes([value[at] ^ 1 << random.randrange(8)]) + value[at + 1 :]


def _new(kind: str, random: Random) -> Any:
    values = {
        "integer": 7,
        "boolean": True,
        "bytea": b"\1" * 32,
        "uuid": UUID(int=random.getrandbits(128)),
    }
    if kind.startswith("timestamp"):
        return "2022-02-02T02:02:02Z"
    return values.get(kind, 0.5 if kind.startswith("double") else "x")


def _flipped(text: str, random: Random) -> str:
    at = random.randrange(len(text)) if text else 0
    letter = random.choice("abcdefghij0123456789-".replace(text[at : at + 1], ""))
    return text[:at] + letter + text[at + 1 :]


def _other_document(document: Row, random: Random) -> Row:
    """Another value in one field, or a field more."""
    plain = [k for k, v in document.items() if isinstance(v, str | int | float | bool)]
    if not plain or random.random() < 0.1:
        return {**document, "added": random.randrange(9)}
    field = random.choice(plain)
    return {**document, field: _other(document[field], "", random)}


OTHERS: dict[Any, Callable[[Any, Random], Any]] = {
    bool: lambda value, _: not value,
    (int, float): lambda value, random: value + random.choice((-1, 1)),
    str: _flipped,
    bytes: _other_bytes,
    UUID: lambda value, random: UUID(int=value.int ^ 1 << random.randrange(128)),
    dict: _other_document,
}
"""In this order: a bool is an int too."""


def flip(scene: Scene, random: Random) -> str:
    table = random.choice(TABLES)
    columns = _columns(scene, table)
    column = random.choice(sorted(columns))
    (row,) = _some(scene, random, table)
    _set(scene, table, row, **{column: _other(row[column], columns[column], random)})
    return f"another value in {table}.{column}"


def swap(scene: Scene, random: Random) -> str:
    table = random.choice(TABLES)
    column = random.choice(sorted(_columns(scene, table)))
    one, other = _some(scene, random, table, 2)
    if one[column] == other[column]:
        raise psycopg.DataError("nothing to swap")
    _set(scene, table, one, **{column: other[column]})
    places = scene.rows(
        f"SELECT ctid::text FROM {table} WHERE ctid = %(at)s::tid", at=other["ctid"]
    )
    _set(scene, table, {"ctid": places[0]["ctid"]}, **{column: one[column]})
    return f"two rows of {table} swapped in {column}"


def swap_patients(scene: Scene, random: Random) -> str:
    one, other = _some(scene, random, "journey", 2)
    scene.run(
        "UPDATE journey SET person_id ="
        " CASE id WHEN %(one)s THEN %(others)s::uuid ELSE %(ones)s END"
        " WHERE id IN (%(one)s, %(other)s)",
        one=one["id"],
        other=other["id"],
        ones=one["person_id"],
        others=other["person_id"],
    )
    return "two journeys swapped patients"


def delete(scene: Scene, random: Random) -> str:
    table = random.choice(TABLES)
    (row,) = _some(scene, random, table)
    scene.run(f"DELETE FROM {table} WHERE ctid = %(at)s::tid", at=row["ctid"])
    return f"a row of {table} deleted"


def insert(scene: Scene, random: Random) -> str:
    table = random.choice(TABLES)
    (row,) = _some(scene, random, table)
    row.pop("ctid")
    row.pop("site_code", None)  # computed
    keys = scene.rows(
        "SELECT attname AS name FROM pg_index JOIN pg_attribute ON attrelid = indrelid"
        " AND attnum = ANY(indkey) WHERE indrelid = %(table)s::regclass AND indisprimary",
        table=table,
    )
    for key in keys:
        row[key["name"]] = _other(row[key["name"]], "", random)
    if table == "ledger":
        row["id"] = UUID(int=random.getrandbits(128))
    if table == "reaction":
        row = {**row, "seq": row["seq"] + 1000}
        row.pop("id")
    scene.put(table, row)
    return f"a row added to {table}"


def reorder(scene: Scene, random: Random) -> str:
    (row,) = _some(scene, random, "ledger")
    journey, seq = row["journey_id"], row["seq"]
    where = "WHERE journey_id = %(journey)s AND seq"
    last = scene.rows(f"SELECT max(seq) AS seq FROM ledger {where} > 0", journey=journey)[0]["seq"]
    other = random.choice([one for one in range(1, last + 1) if one != seq])
    for before, after in ((seq, 9999), (other, seq), (9999, other)):
        scene.run(
            f"UPDATE ledger SET seq = %(after)s {where} = %(before)s",
            journey=journey,
            before=before,
            after=after,
        )
    return f"events {seq} and {other} changed places"


def _journey(scene: Scene, random: Random) -> tuple[UUID, int]:
    """A journey and its version."""
    (row,) = _some(scene, random, "journey")
    return row["id"], row["version"]


def truncate(scene: Scene, random: Random) -> str:
    journey, version = _journey(scene, random)
    gone = random.randint(1, version - 1)
    scene.run(
        "DELETE FROM ledger WHERE journey_id = %(journey)s AND seq > %(after)s",
        journey=journey,
        after=version - gone,
    )
    return f"the last {gone} events deleted"


def truncate_and_seal(scene: Scene, random: Random) -> str:
    said = truncate(scene, random)
    for row in scene.rows("SELECT id FROM journey"):
        scene.seal(row["id"])
    return f"{said}, the head put right"


def cut_whole(scene: Scene, random: Random) -> str:
    journey, version = _journey(scene, random)
    after = random.choice(_ends(scene, journey, version))
    scene.cut(journey, after)
    return f"a journey put back from version {version} to {after}, in every table"


def _ends(scene: Scene, journey: UUID, version: int) -> list[int]:
    """Versions at which a command was complete."""
    query = "SELECT max(seq) AS seq FROM ledger WHERE journey_id = %(journey)s GROUP BY command_id"
    return [row["seq"] for row in scene.rows(query, journey=journey) if row["seq"] < version]


def journey_gone(scene: Scene, random: Random) -> str:
    journey, _ = _journey(scene, random)
    scene.forget(journey)
    return "a journey deleted from every table"


def older_backup(scene: Scene, random: Random) -> str:
    (row,) = _some(scene, random, "ledger")
    later = "SELECT FROM ledger WHERE recorded_at > %(at)s"
    if not scene.rows(later, at=row["recorded_at"]):
        raise psycopg.DataError("nothing came later")
    for journey in scene.rows("SELECT id, version FROM journey"):
        query = (
            "SELECT max(seq) AS seq FROM ledger WHERE journey_id = %(journey)s"
            " AND recorded_at <= %(at)s"
        )
        seq = scene.rows(query, journey=journey["id"], at=row["recorded_at"])[0]["seq"]
        if seq is None:
            scene.forget(journey["id"])
        elif seq < journey["version"]:
            scene.cut(journey["id"], seq)
    return f"the whole record as it was at {row['recorded_at']:%H:%M:%S.%f}"


def forge(scene: Scene, random: Random) -> str:
    """The craftiest: rewrite an event and its command, then everything that follows from it."""
    (row,) = _some(scene, random, "ledger")
    what = random.choice(("payload", "payload", "actor", "occurred_at", "recorded_at"))
    value = _other(row[what], "", random)
    _set(scene, "ledger", row, **{what: value})
    if what in ("actor", "occurred_at", "recorded_at"):
        _forge_command(scene, row, what, value)
    scene.seal(row["journey_id"])
    try:
        scene.agree(row["journey_id"])
    except (ValueError, KeyError, AttributeError, TypeError) as error:
        raise psycopg.DataError("no rule can read that") from error
    return f"{row['name']}: another {what}, all of its chain and state written anew"


def _forge_command(scene: Scene, event: Row, what: str, value: Any) -> None:
    where = {"id": event["command_id"]}
    if what == "actor":
        scene.run("UPDATE command SET actor = %(value)s WHERE id = %(id)s", value=value, **where)
    elif what == "recorded_at":
        scene.run(
            "UPDATE command SET received_at = %(value)s WHERE id = %(id)s", value=value, **where
        )


def forge_command(scene: Scene, random: Random) -> str:
    """A command's content, with its digest put right."""
    (row,) = _some(scene, random, "command")
    payload = _other_document(row["payload"], random)
    digest = sha256(rfc8785.dumps({"name": row["name"], **payload})).digest()
    _set(scene, "command", row, payload=payload, content_hash=digest)
    return f"a {row['outcome']} {row['name']}: another content, its digest put right"


def forge_log(scene: Scene, random: Random) -> str:
    """Every reading of a file a little colder."""
    (row,) = _some(scene, random, "logger_file")
    changed = scene.run(
        "UPDATE reading SET celsius = celsius - 0.1 WHERE file = %(file)s", file=row["number"]
    )
    return f"{changed} readings colder"


def another_record(scene: Scene, random: Random) -> str:
    scene.run("UPDATE installation SET id = %(id)s", id=UUID(int=random.getrandbits(128)))
    return "the record's own id changed, so that no anchor seems to be its"


EDITS: tuple[Edit, ...] = (
    flip, flip, flip, flip, flip, flip, swap, swap, swap_patients, delete, delete, insert, reorder,
    truncate, truncate_and_seal, cut_whole, journey_gone, older_backup, forge, forge, forge_command,
    forge_log, another_record,
)  # fmt: skip
