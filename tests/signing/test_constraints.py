"""What SQL itself refuses of signatures, whatever the code does."""

from typing import Any

import psycopg
import pytest
from psycopg import errors

from atmpflow.commands.after import LiftHold
from atmpflow.journey import Facts
from atmpflow.people import Role
from atmpflow.rules.administration import treated
from atmpflow.signing import Meaning
from desk.simulation.people import actor
from desk.simulation.step import present
from models.invariants.checker import looked
from models.rejection import explain
from tasks.signing import begin, review
from tasks.voiding import void_changed
from tests.conftest import Database
from tests.factories import ask, held, journey_at, lifted, move_of, opened
from tests.invariants.conftest import CALM
from tests.models.rows import execute, select

ADDED_TO = (
    "sign_in", "challenge", "trail_review", "signature", "signature_use", "signature_policy",
    "enrolment", "enrolment_use", "otp_step", "signing_series",
)  # fmt: skip


@pytest.fixture(scope="module")
def agreed(demanding_database: Database) -> Facts:
    """A journey on hold; the physician has signed to lift it."""
    app = demanding_database.app
    facts = held(app, present(app, opened(app)))
    command = LiftHold(occurred_at=facts.history[-1].occurred_at, reason="CAPA-1")
    ask(app, facts, command, actor(Role.PHYSICIAN))
    review(app, actor(Role.PHYSICIAN), facts.journey)
    return present(app, facts.journey)


def _refused(database: Database, statement: str, *values: Any) -> str:
    with pytest.raises(errors.IntegrityError) as error:
        execute(database.application, statement, *values)
    return error.value.diag.constraint_name or ""


@pytest.mark.parametrize("table", ADDED_TO)
@pytest.mark.parametrize(
    "change", ["UPDATE {} SET {} = {}", "DELETE FROM {}", "TRUNCATE {} CASCADE"]
)
def test_nothing_of_a_signature_is_ever_changed(
    signing: Database, agreed: Facts, table: str, change: str
):
    columns = "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum = 1"
    ((column,),) = select(signing.app, columns, table)
    statement = change.format(table, column, column)
    with pytest.raises(errors.InsufficientPrivilege):
        execute(signing.application, statement)
    with pytest.raises(errors.RestrictViolation, match="only added"):
        execute(signing.owner_url, statement)


def test_a_machine_cannot_be_named_where_somebody_signs(signing: Database, agreed: Facts):
    for kind, constraint in (("machine", "challenge_person"), ("person", "fk_challenge_account")):
        found = _refused(
            signing,
            "INSERT INTO challenge (id, account, kind, role, meaning, record_kind, record_id,"
            " version, hash, nonce, made_at, expires_at) SELECT gen_random_uuid(), 'atmpflow', %s,"
            " role, meaning, record_kind, record_id, version, hash, nonce, made_at, expires_at"
            " FROM challenge WHERE record_id = %s LIMIT 1",
            kind,
            str(agreed.journey),
        )
        assert found == constraint


COPY = (
    "INSERT INTO signature (id, challenge_id, account, kind, printed_name, role, meaning,"
    " record_kind, record_id, version, hash, made_at, expires_at, methods, auth_time, signed_at,"
    " token_hash) SELECT gen_random_uuid(), {challenge}, account, kind, {name}, role, {meaning},"
    " record_kind, record_id, {version}, {hash}, made_at, expires_at, 'password', {auth},"
    " {signed}, {token} FROM challenge WHERE id = %s"
)
AS_IT_IS = {
    "challenge": "id", "name": "account", "meaning": "meaning", "version": "version",
    "hash": "hash", "auth": "made_at", "signed": "made_at", "token": "sha256(id::text::bytea)",
}  # fmt: skip
OTHERWISE = [
    ("meaning", "'certified'", "fk_signature_challenge_id"),
    ("version", "version + 1", "fk_signature_challenge_id"),
    ("hash", "sha256('x')", "fk_signature_challenge_id"),
    ("name", "' '", "signature_printed_name"),
    ("signed", "expires_at + interval '1 second'", "signature_in_time"),
    ("signed", "made_at - interval '1 second'", "signature_in_time"),
    ("auth", "made_at - interval '6 seconds'", "signature_authenticated_anew"),
    ("auth", "made_at + interval '6 seconds'", "signature_authenticated_anew"),
]


@pytest.mark.parametrize(("column", "value", "constraint"), OTHERWISE)
def test_a_signature_is_exactly_what_its_challenge_showed(
    signing: Database, agreed: Facts, column: str, value: str, constraint: str
):
    to_sign = begin(signing.app, actor(Role.PHYSICIAN), Meaning.APPROVED, agreed.journey)
    statement = COPY.format(**{**AS_IT_IS, column: value})

    assert _refused(signing, statement, to_sign.challenge.id).startswith(constraint[:40])


def test_a_challenge_is_used_once(signing: Database, agreed: Facts):
    to_sign = begin(signing.app, actor(Role.PHYSICIAN), Meaning.APPROVED, agreed.journey)
    execute(signing.application, COPY.format(**AS_IT_IS), to_sign.challenge.id)
    again = COPY.format(**{**AS_IT_IS, "token": "sha256('another')"})

    found = _refused(signing, again, to_sign.challenge.id)

    assert found == "uq_signature_challenge_id"


def test_what_is_signed_is_what_stands_in_the_ledger(signing: Database, agreed: Facts):
    found = _refused(
        signing,
        "INSERT INTO challenge (id, account, kind, role, meaning, record_kind, record_id, version,"
        " hash, nonce, made_at, expires_at) SELECT gen_random_uuid(), account, kind, role, meaning,"
        " record_kind, record_id, version, sha256('x'), nonce, made_at, expires_at"
        " FROM challenge WHERE record_id = %s LIMIT 1",
        str(agreed.journey),
    )
    assert found == "challenge_as_it_stands"


USE = (
    "INSERT INTO signature_use (signature_id, command_id, journey_id, account, meaning,"
    " record_kind, record_id, version, hash, matter, used_at) SELECT s.id, u.command_id,"
    " u.journey_id, s.account, s.meaning, s.record_kind, s.record_id, s.version, s.hash, u.matter,"
    " now() FROM signature s, signature_use u WHERE s.challenge_id = %s AND u.journey_id = %s"
)


def test_one_person_is_not_two_pairs_of_eyes(signing: Database, agreed: Facts):
    physician = actor(Role.PHYSICIAN)
    for meaning, constraint in (
        (Meaning.APPROVED, "uq_signature_use_once"),
        (Meaning.RESPONSIBLE, "ex_signature_use_four_eyes"),
    ):
        to_sign = begin(signing.app, physician, meaning, agreed.journey)
        execute(signing.application, COPY.format(**AS_IT_IS), to_sign.challenge.id)

        found = _refused(signing, USE, to_sign.challenge.id, agreed.journey)

        assert found == constraint
    pharmacist = actor(Role.PHARMACIST)
    to_sign = begin(signing.app, pharmacist, Meaning.APPROVED, agreed.journey)
    execute(signing.application, COPY.format(**AS_IT_IS), to_sign.challenge.id)
    with psycopg.connect(signing.application.replace("+psycopg", "")) as connection:
        assert connection.execute(USE, (to_sign.challenge.id, agreed.journey)).rowcount == 1
        connection.rollback()


LEDGER = (
    "INSERT INTO ledger (journey_id, seq, id, name, stage, actor, role, occurred_at, recorded_at,"
    " command_id, payload, previous, hash) SELECT journey_id, seq + 1, gen_random_uuid(), %s,"
    " stage, actor, role, occurred_at, recorded_at, command_id, payload, hash, sha256(hash)"
    " FROM ledger WHERE journey_id = %s ORDER BY seq DESC LIMIT 1"
)


@pytest.mark.parametrize(
    "event",
    [
        "batch.certified", "product.accepted", "risk.evaluated", "oos_product.requested",
        "hold.lift_agreed", "deviation.accepted",
    ],
)  # fmt: skip
def test_no_event_that_must_be_signed_comes_into_the_ledger_unsigned(
    signing: Database, agreed: Facts, event: str
):
    constraint = "ledger_seconded" if event == "deviation.accepted" else "ledger_signed"
    assert _refused(signing, LEDGER, event, agreed.journey) == constraint


def test_where_signatures_are_not_demanded_yet_the_database_lets_them_be(database: Database):
    journey = opened(database.app)
    with psycopg.connect(database.application.replace("+psycopg", "")) as connection:
        assert connection.execute(LEDGER, ("hold.lift_agreed", journey)).rowcount == 1
        connection.rollback()


def _altered(database: Database, facts: Facts, seq: int) -> None:
    """A superuser rewrites an event with its hash."""
    with (
        psycopg.connect(
            database.administrator.replace("+psycopg", ""), autocommit=True
        ) as connection,
        connection.transaction(),
    ):
        connection.execute("SET LOCAL session_replication_role = 'replica'")
        connection.execute("ALTER TABLE ledger DISABLE TRIGGER ledger_no_row_change")
        connection.execute(
            "UPDATE ledger SET hash = sha256(hash) WHERE journey_id = %s AND seq = %s",
            (facts.journey, seq),
        )
        connection.execute("ALTER TABLE ledger ENABLE ALWAYS TRIGGER ledger_no_row_change")


def test_a_signature_whose_record_was_changed_is_void_and_its_journey_is_held(signing: Database):
    facts = lifted(signing.app, held(signing.app, present(signing.app, opened(signing.app))))
    assert facts.hold is None
    assert void_changed(signing.app) == 0, "what stands is left alone"

    _altered(signing, facts, 2)

    assert void_changed(signing.app) == 1
    query = "SELECT held_by FROM journey WHERE id = %s"
    assert select(signing.app, query, facts.journey) == [("hold.placed",)]
    reasons = (
        "SELECT v.reason FROM signature_void v JOIN signature_use u USING (signature_id)"
        " WHERE u.journey_id = %s"
    )
    assert select(signing.app, reasons, facts.journey) == [("record-altered",)]
    assert void_changed(signing.app) == 0, "found once"


def test_no_dose_is_given_under_a_signature_that_is_void(signing: Database):
    facts = journey_at(signing.app, "administer-dose", "kymriah")
    certified = next(row.seq for row in facts.history if row.event.name == "batch.certified")
    _altered(signing, facts, certified - 1)
    move = move_of(facts)

    with pytest.raises(Exception, match="signature-void"):
        ask(signing.app, facts, move.command, move.actor)

    assert not treated(present(signing.app, facts.journey))
    assert void_changed(signing.app) == 1


@pytest.mark.parametrize(
    "constraint", ["ledger_signed", "ledger_seconded", "ledger_trail_reviewed",
                   "administration_signatures_stand", "ex_signature_use_four_eyes",
                   "uq_signature_use_once", "pk_signature_use"]
)  # fmt: skip
def test_what_the_database_refuses_is_said_in_words(constraint: str):
    class Diagnosed(errors.CheckViolation):
        diag = type("Diag", (), {"constraint_name": constraint})()  # pyright: ignore

    assert explain(Diagnosed()).code != "constraint-refused"


def test_every_signature_keeps_the_invariant(signing: Database):
    with psycopg.connect(signing.application.replace("+psycopg", "")) as connection:
        found = [one for one in looked(connection, CALM).violations if one.number == "18"]
    assert found == []
