"""Putting journeys aside at each of their steps, and beginning again with some of them.

An example of the state machine begins with journeys that were walked through the record before,
each at a step of its own, so that fifty steps reach every part of a pathway. Their rows are kept
beside the tables, and put back by the superuser in one call.
"""

# ruff: noqa: S608 - statements of the tests' own

from collections.abc import Iterator, Sequence
from uuid import UUID

import psycopg
from sqlalchemy import Table

from models.tables import METADATA
from tests.machine.cores import beside

SIGNING = {
    "credential", "enrolment", "enrolment_use", "otp_step", "signing_series", "sign_in",
    "challenge", "signature", "signature_void", "signature_policy",
}  # fmt: skip
"""Who can sign, and what was signed: kept for other records too."""
PEOPLE = {
    "account", "account_change", "appointment", "training", "delegation", "access_token",
}  # fmt: skip
"""Who may do what."""
STANDING = {
    "approval", "licence", "calibration", "logger", "periodic_report", "backup_made", "observation",
    "finding", "sweep",
}  # fmt: skip
"""What compliance checks look at and hold besides journeys."""
STAYING = {
    "organisation", "stock_unit", "reference_change", "installation", "anchor", "sscc_counter",
    *SIGNING, *PEOPLE, *STANDING,
}  # fmt: skip
"""Tables that no journey changes; those of the schema `identity` stay as well."""

VACUUM_EVERY = 7
"""Examples between two clearings of dead rows; after each, every statement is planned anew."""

FILES = (
    "SELECT number FROM logger_file WHERE shipment_id IN"
    " (SELECT id FROM shipment WHERE journey_id = $1)"
)
WITHOUT_KEY = {"reading": f"file IN ({FILES})"}
"""Whose the rows of tables are that have no foreign key, because they are too many for one."""

# The application is refused as before; only the superuser may clear the tables between examples.
MAY_CLEAR = """
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF session_user = 'postgres' AND TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    RAISE EXCEPTION 'rows of % are only added', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$
"""


def cleared() -> list[Table]:
    """Every table that is empty before the first journey."""
    return [
        table
        for name, table in METADATA.tables.items()
        if table.schema is None and name not in STAYING
    ]


def of_journey(table: Table) -> str | None:
    """Which rows are a journey's, `$1`; none where rows are nobody's."""
    if table.name == "journey":
        return "id = $1"
    if "journey_id" in table.columns:
        return "journey_id = $1"
    for key in sorted(table.foreign_keys, key=str):
        theirs = None if key.column.table is table else of_journey(key.column.table)
        if theirs is not None:
            of = key.column.table.name
            return f'"{key.parent.name}" IN (SELECT "{key.column.name}" FROM {of} WHERE {theirs})'
    return WITHOUT_KEY.get(table.name)


def _columns(table: Table) -> str:
    return ", ".join(f'"{column.name}"' for column in table.columns)


def _statements() -> Iterator[str]:
    """What makes the tables beside, and the two functions that fill and empty them."""
    yield "CREATE SCHEMA aside"
    yield MAY_CLEAR
    tables = cleared()
    kept = {table: condition for table in tables if (condition := of_journey(table))}
    for table in kept:
        made = f"SELECT ''::text AS kept_as, {_columns(table)} FROM {table.name}"
        yield f"CREATE TABLE aside.{table.name} AS {made} WITH NO DATA"
        yield f"CREATE INDEX ON aside.{table.name} (kept_as)"
    keep = "".join(
        f"INSERT INTO aside.{table.name} SELECT $2, {_columns(table)} FROM {table.name}"
        f" WHERE {condition};\n"
        for table, condition in kept.items()
    )
    clear = "".join(f"DELETE FROM {table.name};\n" for table in tables)
    begin = "".join(
        f"INSERT INTO {table.name} ({_columns(table)}) OVERRIDING SYSTEM VALUE"
        f" SELECT {_columns(table)} FROM aside.{table.name} WHERE kept_as = ANY ($1);\n"
        for table in kept
    )
    head = "RETURNS void LANGUAGE plpgsql SET session_replication_role = 'replica' AS"
    yield f"CREATE FUNCTION aside.keep(uuid, text) {head} $$ BEGIN {keep} END $$"
    yield f"CREATE FUNCTION aside.begin(text[]) {head} $$ BEGIN {clear}{begin} END $$"


class Aside:
    """The superuser's connection to a database of the state machine's own."""

    def __init__(self, administrator: str, *, new: bool) -> None:
        self._connection = psycopg.connect(administrator, autocommit=True)
        beside(self._connection)
        for statement in _statements() if new else ():
            self._connection.execute(statement.encode())
        self._begun = 0

    def keep(self, journey: UUID, label: str) -> None:
        """Put aside every row of a journey as it is now."""
        self._connection.execute("SELECT aside.keep(%s, %s)", (journey, label))

    def begin(self, labels: Sequence[str]) -> None:
        """Have in the tables what was put aside under these labels, and nothing else.

        Nobody else may be in a transaction: now and then the files are cut to nothing.
        """
        if self._begun % VACUUM_EVERY == 0:
            self._fill([])
            names = ", ".join(table.name for table in cleared())
            self._connection.execute(f"VACUUM {names}".encode())
        self._fill(labels)
        self._begun += 1

    def _fill(self, labels: Sequence[str]) -> None:
        self._connection.execute("SELECT aside.begin(%s)", (list(labels),))

    def analyse(self) -> None:
        """Let the planner know how small the tables are."""
        self._connection.execute("ANALYZE")

    def close(self) -> None:
        self._connection.close()
