"""Nobody reviews, signs, seconds or decides where they are not appointed."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from pyotp.totp import TOTP

from atmpflow.commands.shipment import DecideDeviation
from atmpflow.errors import Refused
from atmpflow.people import Actor, Role
from atmpflow.rights import Span
from atmpflow.signing import Meaning
from desk.simulation.signing import ADMINISTRATOR, secret_of
from models.appointing import Given, NewAccount, Why, add, appoint, set_state
from models.compliance.deciding import Decision, decide, finding
from models.database import transaction
from models.enrolling import enrol, issue_code
from models.lookups import facts_of
from models.proving import Proof
from models.signing import Asked, record_of, sign_off
from tasks import clock
from tasks.signing import begin, finish, local, review
from tests.conftest import Database
from tests.factories import opened

HERE, THERE = "R0A", "RX1"
NOW = datetime.now(UTC)
LASTING = Span(NOW - timedelta(days=1), NOW + timedelta(days=300))
WHY = Why(Actor("admin-1", Role.ADMINISTRATOR), "rota", NOW)


def _of(database: Database, role: Role, site: str) -> Actor:
    """Somebody new, appointed at one site."""
    who = Actor(f"of-{site}-{uuid4().hex[:8]}", role)
    with transaction(database.app) as connection:
        add(connection, NewAccount(who.id, "Somebody", HERE), WHY)
        appoint(connection, who.id, Given(role, LASTING, site), WHY)
    return who


def _token(database: Database, who: Actor, meaning: Meaning, journey: UUID) -> str:
    code = issue_code(database.app, who.id, by=ADMINISTRATOR, now=clock.wall())
    secret = enrol(database.app, code, secret_of(who.id), clock.wall()).secret
    to_sign = begin(database.app, who, meaning, journey)
    proof = Proof(secret_of(who.id), TOTP(secret).at(clock.wall()))
    return finish(database.app, to_sign, local(proof)).token


@pytest.mark.parametrize(("site", "code"), [(HERE, None), (THERE, "not-appointed")])
def test_a_record_is_signed_and_reviewed_where_the_signer_is_appointed(
    signing: Database, site: str, code: str | None
):
    journey = opened(signing.app)
    who = _of(signing, Role.QP, site)

    assert _refusal(lambda: review(signing.app, who, journey)) == code
    assert _refusal(lambda: begin(signing.app, who, Meaning.CERTIFIED, journey)) == code


def _refusal(ask: Any) -> str | None:
    try:
        ask()
    except Refused as refused:
        return refused.code
    return None


ACCEPT = DecideDeviation(occurred_at=NOW, decision="accept", justification="DEV-1")


def test_a_second_signature_counts_only_while_its_signer_holds_the_role_there(signing: Database):
    journey = opened(signing.app)
    second = _of(signing, Role.QUALITY_CONTROL, HERE)
    _token(signing, second, Meaning.REVIEWED, journey)
    first = _of(signing, Role.QP, HERE)
    token = _token(signing, first, Meaning.APPROVED, journey)

    def against() -> str | None:
        with transaction(signing.app) as connection:
            facts, record = facts_of(connection, journey), record_of(connection, journey)
            asked = Asked(ACCEPT, first, facts, record, clock.wall(), token)
            return _refusal(lambda: sign_off(connection, asked, uuid4()))

    assert against() is None
    with transaction(signing.app) as connection:
        set_state(connection, second.id, "locked", WHY)
    assert against() == "signature-not-seconded"


OPEN = """
INSERT INTO finding (check_id, subject, journey_id, severity, owner, found, opened_at, last_seen_at)
VALUES ('wait-overdue', %(it)s::text, %(it)s, 'minor', 'coordinator', 'late', now(), now())
RETURNING id
"""


@pytest.mark.parametrize(("site", "code"), [(HERE, "signature-missing"), (THERE, "not-appointed")])
def test_a_finding_is_decided_on_where_its_journey_is(signing: Database, site: str, code: str):
    journey = opened(signing.app)
    who = _of(signing, Role.COORDINATOR, site)
    with transaction(signing.app) as connection:
        row: Any = connection.execute(OPEN, {"it": journey}).fetchone()
        one = finding(connection, str(row[0]))

    def ask() -> None:
        decide(signing.app, one, Decision("CAPA-1"), actor=who, now=clock.wall())

    assert _refusal(ask) == code, "signatures are demanded here: what is allowed lacks only that"
