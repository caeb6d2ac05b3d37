"""Findings: opened once, closed by themselves or by a decision, reopened only by new evidence."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine

from atmpflow.errors import Refused
from atmpflow.people import Actor, Role
from atmpflow.rules.escalation import LADDER, level
from desk.simulation.people import actor
from models.compliance.deciding import Decision, Held, decide, finding, findings
from models.compliance.findings import Found, escalate, settle
from models.compliance.statement import Check, checks
from models.database import transaction
from tests.conftest import Database

CHECK = next(one for one in checks() if one.id == "stock-expiring")
NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
OFFICER = actor(Role.COMPLIANCE)


def _own_check(**changed: str) -> Check:
    """A check of this test's own, so that other tests' findings are none of its business."""
    return replace(CHECK, id=f"test-{uuid4().hex[:12]}", **changed)


def _settled(app: Engine, one: Check, at: datetime, *found: tuple[str, str]) -> list[Held]:
    rows = [Found(one, subject, None, said) for subject, said in found]
    with transaction(app) as connection:
        settle(connection, [one], rows, at)
        return list(findings(connection, closed=True, check=one.id))


def test_what_is_found_twice_is_opened_once_and_seen_again(database: Database):
    one = _own_check()
    _settled(database.app, one, NOW, ("S-1", "expires"))
    (only,) = _settled(database.app, one, NOW + HOUR, ("S-1", "expires"))
    assert (only.opened_at, only.last_seen_at, only.closed_at) == (NOW, NOW + HOUR, None)


def test_what_is_not_found_any_more_closes_by_itself_and_may_come_again(database: Database):
    one = _own_check()
    _settled(database.app, one, NOW, ("S-1", "expires"))
    (closed,) = _settled(database.app, one, NOW + HOUR)
    assert (closed.closed_how, closed.closed_at) == ("by-itself", NOW + HOUR)
    again = _settled(database.app, one, NOW + 2 * HOUR, ("S-1", "expires"))
    assert [held.closed_at is None for held in again] == [True, False]


def test_a_decided_finding_stays_decided_until_its_evidence_changes(database: Database):
    one = _own_check()
    (held,) = _settled(database.app, one, NOW, ("S-1", "expires on Monday"))
    decide(
        database.app, held, Decision("Replacement is on its way, ORDER-7"), actor=OFFICER, now=NOW
    )
    (same,) = _settled(database.app, one, NOW + HOUR, ("S-1", "expires on Monday"))
    assert (same.closed_how, same.decided_by) == ("decision", OFFICER.id)
    newest, _ = _settled(database.app, one, NOW + 2 * HOUR, ("S-1", "expires on Sunday"))
    assert newest.closed_at is None


def _refused(app: Engine, held: Held, decision: Decision, who: Actor) -> str:
    with pytest.raises(Refused) as refusal:
        decide(app, held, decision, actor=who, now=NOW)
    return refusal.value.code


def test_a_decision_needs_a_reason_a_role_and_an_open_finding(database: Database):
    (held,) = _settled(database.app, _own_check(), NOW, ("S-1", "expires"))
    good = Decision("Nothing to do, see DEV-1")
    assert _refused(database.app, held, Decision("  "), OFFICER) == "justification-missing"
    assert _refused(database.app, held, good, actor(Role.COURIER)) == "role-not-allowed"
    assert _refused(database.app, held, good, Actor("nobody", Role.COMPLIANCE)) == "account-unknown"
    assert (
        _refused(database.app, held, replace(good, token="sig-unknown"), OFFICER)
        == "signature-unknown"
    )
    decide(database.app, held, good, actor=OFFICER, now=NOW)
    assert _refused(database.app, held, good, OFFICER) == "finding-closed"


def test_a_finding_is_known_by_the_beginning_of_its_id(database: Database):
    (held,) = _settled(database.app, _own_check(), NOW, ("S-1", "expires"))
    with transaction(database.app) as connection:
        assert finding(connection, str(held.id)) == held
        with pytest.raises(Refused, match="No finding"):
            finding(connection, str(uuid4()))
        with pytest.raises(Refused):
            finding(connection, "")


@pytest.mark.parametrize(
    "attack",
    [
        "DELETE FROM finding WHERE id = %s",
        "UPDATE finding SET subject = 'another' WHERE id = %s",
        "UPDATE finding SET closed_at = NULL, closed_how = NULL WHERE id = %s",
        "UPDATE finding SET opened_at = now() WHERE id = %s",
    ],
)
def test_a_closed_finding_stays_as_it_is_even_for_the_owner(database: Database, attack: str):
    one = _own_check()
    (held,) = _settled(database.app, one, NOW, ("S-1", "expires"))
    _settled(database.app, one, NOW + HOUR)
    for engine in (database.app, database.owner):
        with pytest.raises(psycopg.Error), transaction(engine) as connection:
            connection.execute(attack.encode(), (held.id,))


def test_one_subject_has_one_open_finding_of_a_check(database: Database):
    one = _own_check()
    _settled(database.app, one, NOW, ("S-1", "expires"))
    insert = (
        "INSERT INTO finding (check_id, subject, severity, owner, found, opened_at, last_seen_at)"
        " SELECT check_id, subject, severity, owner, found, opened_at, last_seen_at"
        " FROM finding WHERE check_id = %s"
    )
    with pytest.raises(psycopg.errors.UniqueViolation), transaction(database.app) as connection:
        connection.execute(insert.encode(), (one.id,))


@given(severity=st.sampled_from(sorted(LADDER)), minutes=st.integers(0, 60 * 24 * 40))
def test_findings_are_escalated_as_the_rule_says(
    prepared_database: Database, severity: str, minutes: int
):
    one, age = _own_check(severity=severity), timedelta(minutes=minutes)
    _settled(prepared_database.app, one, NOW, ("S-1", "expires"))
    with transaction(prepared_database.app) as connection:
        raised = escalate(connection, [one.id], NOW + age)
        (held,) = findings(connection, check=one.id)
    assert held.escalated == level(severity, age)
    assert raised == (held.escalated > 0)
    assert isinstance(held.id, UUID)
