"""Everything that belongs into a pack, read from the record as of one moment into its archive."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from atmpflow.epcis.journey import document
from atmpflow.errors import Refused
from atmpflow.journey import HOLDS
from atmpflow.rules.late_entry import LATE
from desk.inspection import derived
from desk.inspection.archive import Archive, Counted
from desk.inspection.derived import Acted
from desk.inspection.readme import readme
from desk.inspection.tables import as_json, csv_rows, json_rows
from models.database import Connection, transaction
from models.inspection.acting import everybody, names
from models.inspection.files import logger_files, pieces, recorded_until
from models.inspection.part import Part, Table, parts, table
from models.inspection.scope import Choice, Scope, choose, products_and_sites
from models.installation import installation
from models.trace import Link, trace
from tasks.epcis.export import told as epcis_told
from tasks.fhir_export import told as fhir_told
from tasks.inspection import Extent, verification
from tasks.pictures.made import every_of

MOST, MOST_IN_SUMMARY = 300, 5000
"""Journeys of a whole pack, and of a summary: what can be made in minutes and still be opened."""

AS_ONE_MOMENT = (
    "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY",
    # It holds nobody up, and draws for long between two queries.
    "SET LOCAL idle_in_transaction_session_timeout = 0",
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What an inspector asked for, and who makes the pack when."""

    scope: Scope
    made_by: str
    made_at: datetime
    viewer: str | None = None
    summary: bool = False
    verify: bool = True


def write(engine: Engine, asked: Asked, file: Path) -> Choice:
    """Write the archive of a pack.

    Raises Refused as `choose`, and `scope-large` for more journeys than a pack takes.
    """
    with transaction(engine) as connection:
        for statement in AS_ONE_MOMENT:
            connection.execute(statement.encode())
        choice = choose(connection, asked.scope, asked.viewer, asked.made_at)
        _require_bounded(choice, asked)
        with Archive(file) as archive:
            _fill(engine, connection, asked, choice, archive)
    return choice


def _require_bounded(choice: Choice, asked: Asked) -> None:
    most = MOST_IN_SUMMARY if asked.summary else MOST
    if len(choice.journeys) <= most:
        return
    remedy = "Take a shorter period, or one site."
    if not asked.summary:
        remedy += f" A summary (--summary) takes up to {MOST_IN_SUMMARY}."
    message = f"{len(choice.journeys)} journeys belong to this; a pack takes up to {most}."
    raise Refused("scope-large", "", message, remedy)


def _fill(
    engine: Engine, connection: Connection, asked: Asked, choice: Choice, archive: Archive
) -> None:
    said = _said(connection, asked, choice)
    archive.add("README.txt", [readme(asked.summary)])
    archive.add("pack.json", as_json(said))
    extent = Extent(choice.ids, asked.verify, choice.everything)
    archive.add("verification.json", as_json(verification(engine, connection, extent)))
    acted = _acted(connection, choice)
    values = _values(connection, choice, acted)
    for part in parts():
        _add(archive, part, partial(table, connection, part, values))
    found = _traced(connection, asked.scope, choice)
    _add(archive, derived.TRACE, partial(derived.links, found))
    _add(archive, derived.PEOPLE, partial(derived.people, acted))
    _add(archive, derived.LACKING, partial(derived.lacking, acted))
    if not asked.summary:
        _add_documents(connection, choice, archive)
    head = ("atmpflow", "installation", "made_at", "made_by", "scope", "extent")
    archive.close({name: said[name] for name in head})


def _said(connection: Connection, asked: Asked, choice: Choice) -> dict[str, Any]:
    """What the pack says of itself."""
    return {
        "atmpflow": version("atmpflow"),
        "installation": installation(connection),
        "made_at": asked.made_at,
        "made_by": asked.made_by,
        "seen_as": asked.viewer,
        "scope": asked.scope.as_dict(),
        "extent": "summary" if asked.summary else "whole",
        "left_out": list(_left_out(asked, choice)),
        "journeys": [
            {"coi": one.coi, "journey": one.journey, "why": one.why} for one in choice.journeys
        ],
    }


def _left_out(asked: Asked, choice: Choice) -> Iterator[str]:
    yield (
        "Who the patients are: they stand under opaque person ids. Whoever may know finds out with"
        " `atmpflow who`, and that look is kept."
    )
    yield "What was typed into commands that were refused."
    if not choice.everything:
        yield (
            f"Journeys that the account {asked.viewer} may not see, and steps of the trace through"
            " them; they are not counted either."
        )
    if asked.summary:
        yield "Pictures, loggers' files, FHIR and EPCIS documents, and a chapter of each journey."
    if not asked.verify:
        yield "A check of the whole record: the newest one on record is cited instead."


def _acted(connection: Connection, choice: Choice) -> Acted:
    people = list(everybody(connection, choice.ids))
    return Acted(people, names(connection, [one.account for one in people]))


def _values(connection: Connection, choice: Choice, acted: Acted) -> dict[str, Any]:
    """What the queries of the parts are asked with."""
    products, sites = products_and_sites(connection, choice.ids)
    return {
        "journeys": choice.ids,
        "records": [str(one) for one in choice.ids],
        "late": LATE,
        "holds": [kind.name for kind in HOLDS],
        "accounts": acted.accounts,
        "who": [who for who, _ in acted.in_roles],
        "as_what": [role for _, role in acted.in_roles],
        "products": products,
        "sites": sites,
    }


def _add(archive: Archive, part: Part, read: Callable[[], Table]) -> None:
    """A part as JSON and as CSV, of which each reads the rows for itself."""
    for place, written in (("parts/{}.json", json_rows), ("tables/{}.csv", csv_rows)):
        found = read()
        rows = Counted(found.rows)
        archive.add(place.format(part.name), written(found.names, rows), rows)


def _traced(connection: Connection, scope: Scope, choice: Choice) -> list[Link]:
    """From a lot as it was asked for, else from every journey; only through what may be seen."""
    ids = frozenset(choice.ids)
    if scope.kind == "batch":
        found = trace(connection, "lot", scope.text)
    else:
        found = trace(connection, "journey", *map(str, choice.ids))
    return [one for one in found if choice.everything or one.journey in ids]


def _add_documents(connection: Connection, choice: Choice, archive: Archive) -> None:
    """What a journey has besides tables: pictures, loggers' files, FHIR and EPCIS."""
    until = recorded_until(connection, choice.ids)
    for one in choice.journeys:
        place = f"journeys/{one.coi}"
        archive.add(f"{place}/fhir.json", as_json(fhir_told(connection, one.journey)))
        events = epcis_told(connection, one.journey)
        made = document(events, created=until[one.journey])
        archive.add(f"{place}/epcis.json", as_json(made))
        for picture in every_of(connection, one.journey):
            archive.add(f"{place}/{picture.name}.svg", [picture.svg])
            archive.add(f"{place}/{picture.name}.png", [picture.png])
    for digest, number in logger_files(connection, choice.ids):
        archive.add(f"loggers/{digest}", pieces(connection, number))
