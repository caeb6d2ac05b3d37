"""The audit trail: one entry a version, old values that join on, and everybody's name and time."""

from collections.abc import Iterator
from datetime import timedelta
from importlib import resources
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, ProgrammingError

from atmpflow.commands.after import PlaceHold
from atmpflow.people import Role
from desk.prepare import add_organisations
from desk.simulation.people import actor
from models.additions import ADDED_TO
from models.changes import table_name
from models.database import Connection, transaction
from models.tables import METADATA, STATE
from models.trail.changed import FOLLOWS
from models.trail.read import KINDS, Entry, Sought, trail
from tests.conftest import Database, copied, serving
from tests.factories import finished, held, journey_at, lifted, opened, refused, stocked


@pytest.fixture(scope="module")
def told(
    prepared_database: Database, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Database]:
    """Journeys that ended, were held, were held and lifted, and one that was only referred."""
    with copied(prepared_database, tmp_path_factory.mktemp("trail")) as database:
        with serving(database):
            app = database.app
            finished(app, "zolgensma")
            lifted(app, held(app, journey_at(app, "confirm-order", "hemgenix"), "DEV-77"))
            facts = held(app, journey_at(app, "start-manufacture"), "DEV-78")
            again = PlaceHold(occurred_at=facts.history[-1].occurred_at, reason="DEV-79")
            refused(app, facts, again, actor(Role.REFERRER, 2))
            opened(app, "holoclar")
        yield database


def found(database: Database, kinds: tuple[str, ...] = ("journey",), **sought: Any) -> list[Entry]:
    with transaction(database.app) as connection:
        return trail(connection, Sought(**sought), kinds)


def _journeys(connection: Connection) -> list[Any]:
    return connection.execute("SELECT id, version, centre FROM journey").fetchall()


def test_versions_and_entries_are_one_to_one_each_with_actor_role_and_times(told: Database) -> None:
    with transaction(told.app) as connection:
        journeys = _journeys(connection)
    assert len(journeys) == 4
    for journey, version, _ in journeys:
        entries = found(told, journey=journey)
        assert [one.seq for one in entries] == list(range(1, version + 1))
        assert all(one.actor and one.role and one.what for one in entries)
        assert all(one.recorded_at.tzinfo and one.occurred_at.tzinfo for one in entries)


def test_every_old_value_is_what_was_new_before_and_the_last_is_what_the_table_holds(
    told: Database,
) -> None:
    latest: dict[tuple[object, str, str, str], Any] = {}
    for entry in found(told):
        for one in entry.changes:
            place = (entry.journey, one.record, one.key, one.field)
            assert latest.get(place) == one.old, (place, entry.seq)
            latest[place] = one.new
    assert len(latest) > 200
    assert {key: value for key, value in latest.items() if value is not None} == _stored(told)


def _stored(database: Database) -> dict[tuple[object, str, str, str], Any]:
    """Every value of the state tables that is not empty, named as the trail names it."""
    values: dict[tuple[object, str, str, str], Any] = {}
    with transaction(database.app) as connection:
        for kind in STATE:
            table: Any = kind.__table__  # pyright: ignore[reportAttributeAccessIssue]
            names = [one.name for one in table.primary_key.columns if one.name != "journey_id"]
            query = f"SELECT * FROM {table_name(kind)}"  # noqa: S608
            cursor = connection.execute(query.encode())
            columns = [one.name for one in cursor.description or ()]
            for row in cursor.fetchall():
                held_ = dict(zip(columns, row, strict=True))
                own = table_name(kind) == "journey"
                journey = held_["id"] if own else held_["journey_id"]
                key = "" if own else " ".join(str(held_[name]) for name in names)
                values |= {
                    (journey, table_name(kind), key, name): value
                    for name, value in held_.items()
                    if value is not None and name not in FOLLOWS
                }
    return values


def test_a_hold_is_found_by_its_reason_and_tells_what_it_changed(told: Database) -> None:
    (entry,) = found(told, why="dev-77")
    assert (entry.what, entry.role, entry.why) == ("hold.placed", "compliance-officer", "DEV-77")
    (change,) = [one for one in entry.changes if one.field == "held_by"]
    assert (change.record, change.old, change.new) == ("journey", None, "hold.placed")
    lifting = [one for one in found(told, what="hold.lifted") if one.journey == entry.journey]
    changes = [one for one in lifting[-1].changes if one.field == "held_by"]
    assert [(one.old, one.new) for one in changes] == [("hold.placed", None)]


def test_each_way_of_looking_finds_what_is_so_and_nothing_else(told: Database) -> None:
    everything = found(told)
    middle = everything[len(everything) // 2].recorded_at
    ways: dict[str, Any] = {
        "account": actor(Role.COURIER).id,
        "role": "courier",
        "what": "shipment.packed",
        "centre": "R0A",
        "product": "hemgenix",
        "since": middle,
        "until": middle,
        "subject": "ATF-",
        "late": True,
    }
    right = {
        "account": lambda one: one.actor == ways["account"],
        "role": lambda one: one.role == "courier",
        "what": lambda one: one.what == "shipment.packed",
        "centre": lambda one: True,
        "product": lambda one: one.journey in hemgenix,
        "since": lambda one: one.recorded_at >= middle,
        "until": lambda one: one.recorded_at < middle,
        "subject": lambda one: True,
        "late": lambda one: one.late,
    }
    with transaction(told.app) as connection:
        rows: Any = connection.execute("SELECT id FROM journey WHERE product = 'hemgenix'")
        hemgenix = {row[0] for row in rows}
    for name, value in ways.items():
        expected = [one for one in everything if right[name](one)]
        assert expected, name
        assert found(told, **{name: value}) == expected, name
    assert found(told, limit=7) == everything[-7:]
    assert found(told, centre="RR8") == []


def test_what_was_refused_is_found_with_why(told: Database) -> None:
    (entry,) = found(told, ("rejected",))
    assert (entry.what, list(entry.changes)) == ("place-hold", [])
    assert entry.why.startswith("REFUSED, ")
    assert entry.actor == actor(Role.REFERRER, 2).id


def test_late_is_more_than_a_day_and_never_the_engine(told: Database) -> None:
    late = [one for one in found(told) if one.late]
    assert late
    assert all(one.role != "system" for one in late)
    assert all(one.recorded_at - one.occurred_at > timedelta(hours=24) for one in late)


NOT_IN_IT = {
    "command": "accepted ones are the events they led to; refused ones are in it",
    "sign_in": "shown by `atmpflow signing`; no change of a record",
    "challenge": "what somebody was about to sign",
    "logger_file": "its digest is in the event temperature.logged",
    "reading_batch": "as it came; what was taken of it is in the event temperature.logged",
    "signature_policy": "there is one row, and no way back",
    "signature_use": "the event that followed names the signature",
    "backup_made": "about the installation", "observation": "about the installation",
    "epcis_document": "what partners sent; what came of it are events",
    "epcis_capture": "as above", "epcis_event": "as above", "epcis_outcome": "as above",
    "identity.person": "sealed; kept once with the referral, and never changed",
    "identity.received": "sealed; its digest is in the command",
}  # fmt: skip


def test_no_kind_of_record_is_forgotten() -> None:
    told_of = " ".join(
        (resources.files("models.trail") / f"{kind}.sql").read_text(encoding="utf-8")
        for kind in KINDS
    )
    kept = {*ADDED_TO, "finding", "recall", "recall_closing"} - set(NOT_IN_IT)
    assert kept <= {table.fullname for table in METADATA.tables.values()}
    assert [table for table in sorted(kept) if table not in told_of] == []


def _changes(entry: Entry) -> dict[str, tuple[Any, Any]]:
    return {one.field: (one.old, one.new) for one in entry.changes}


def test_whoever_changes_an_organisation_leaves_old_and_new(own_database: Database) -> None:
    with own_database.owner.begin() as connection:
        connection.execute(text("UPDATE organisation SET name = 'Another' WHERE ods_code = 'R0A'"))
    entries = found(own_database, ("reference",), subject="organisation R0A")
    assert [one.what for one in entries] == ["organisation.added", "organisation.changed"]
    was, became = _changes(entries[1])["name"]
    assert (was[:10], became) == ("Manchester", "Another")
    assert (entries[1].actor, entries[1].role) == ("nobody named", "atmpflow_owner")


def test_what_the_installation_adds_is_its_own_doing(own_database: Database) -> None:
    with own_database.owner.begin() as connection:
        connection.execute(text("DELETE FROM organisation WHERE ods_code = 'RRK'"))
    assert add_organisations(own_database.owner) == 1
    *_, removed, added = found(own_database, ("reference",), subject="organisation RRK")
    assert (removed.what, removed.actor) == ("organisation.removed", "nobody named")
    assert _changes(removed)["ods_code"] == ("RRK", None)
    assert (added.what, added.actor) == ("organisation.added", "atmpflow")


def test_units_of_stock_name_who_put_them_there(own_database: Database) -> None:
    batch = stocked(own_database.app)
    entries = found(own_database, ("reference",), subject=batch)
    assert [one.what for one in entries] == ["stock_unit.added"] * 3
    assert _changes(entries[0])["certified_by"] == (None, "qp-of-the-maker")


@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE reference_change SET changed_by = 'x'",
        "DELETE FROM reference_change",
        "TRUNCATE reference_change",
        "INSERT INTO reference_change (record, key, new, changed_by, role, changed_at)"
        " VALUES ('stock_unit', 'x', '{}', 'x', 'x', now())",
    ],
)
def test_the_application_can_neither_change_nor_invent_one(
    own_database: Database, attack: str
) -> None:
    stocked(own_database.app)
    with pytest.raises(ProgrammingError), own_database.app.begin() as connection:
        connection.execute(text(attack))


def test_nobody_empties_the_reference_data_at_once(own_database: Database) -> None:
    with pytest.raises(DBAPIError), own_database.owner.begin() as connection:
        connection.execute(text("TRUNCATE stock_unit"))
