"""Enrolling and proving: two components, each code once, locked after failures."""

from datetime import timedelta
from typing import Any

import pytest

from atmpflow.errors import Refused
from atmpflow.people import Role
from atmpflow.signing import Meaning
from desk.simulation.signing import ADMINISTRATOR
from models import passwords
from models.database import transaction
from models.enrolling import CODE_LASTS, enrol, issue_code
from models.keys import keys, unseal
from models.people import identities
from models.proving import FAILURES, LOCKED_FOR, SERIES, Proof, Proved, prove, secret_place
from tasks import clock
from tasks.signing import begin, finish, local
from tests.conftest import Database
from tests.factories import opened
from tests.models.rows import select
from tests.signing.conftest import PASSWORD, Signer, appointed, signer

NUMBERS = iter(range(100, 1000))
NOW = clock.wall()


@pytest.fixture
def somebody(signing: Database) -> Signer:
    return signer(signing, Role.PHARMACIST, next(NUMBERS), NOW)


def _prove(database: Database, one: Signer, proof: Proof, at: Any = NOW) -> Proved | Refused:
    with transaction(database.app) as connection:
        return prove(connection, one.who.id, proof, at)


def _code(answer: Proved | Refused) -> str:
    return answer.code if isinstance(answer, Refused) else "proved"


def test_password_and_code_together_prove_who_somebody_is(signing: Database, somebody: Signer):
    answer = _prove(signing, somebody, somebody.proof(NOW))

    assert isinstance(answer, Proved)
    assert answer.methods == "password and one-time code"


def test_a_wrong_password_or_code_is_refused_in_the_same_words(signing: Database, somebody: Signer):
    wrong_password = _prove(signing, somebody, somebody.proof(NOW, "another long password"))
    wrong_code = _prove(signing, somebody, Proof(PASSWORD, "000000x"))
    with transaction(signing.app) as connection:
        nobody = prove(connection, "nobody-at-all", somebody.proof(NOW), NOW)

    assert wrong_password == wrong_code == nobody
    assert _code(nobody) == "credentials-refused"


def test_a_code_counts_once_and_for_a_minute_and_a_half_at_most(
    signing: Database, somebody: Signer
):
    assert _code(_prove(signing, somebody, somebody.proof(NOW))) == "proved"
    assert _code(_prove(signing, somebody, somebody.proof(NOW))) == "code-used"
    assert _code(_prove(signing, somebody, somebody.proof(NOW, drift=1))) == "proved"
    assert _code(_prove(signing, somebody, somebody.proof(NOW, drift=2))) == "credentials-refused"
    assert _code(_prove(signing, somebody, somebody.proof(NOW, drift=-2))) == "credentials-refused"


def test_after_five_failures_the_account_is_locked_for_a_quarter_of_an_hour(
    signing: Database, somebody: Signer
):
    for _ in range(FAILURES):
        assert _code(_prove(signing, somebody, Proof("wrong password", "1"))) == (
            "credentials-refused"
        )
    assert _code(_prove(signing, somebody, somebody.proof(NOW))) == "account-locked"
    later = NOW + LOCKED_FOR + timedelta(seconds=1)
    assert _code(_prove(signing, somebody, somebody.proof(later), later)) == "proved"

    query = "SELECT outcome, count(*) FROM sign_in WHERE account = %s GROUP BY 1 ORDER BY 1"
    kept = select(signing.app, query, somebody.who.id)
    assert kept == [("locked", 1), ("ok", 1), ("refused", FAILURES)]


def test_a_good_proof_forgets_earlier_failures(signing: Database, somebody: Signer):
    for _ in range(2):
        for _ in range(FAILURES - 1):
            _prove(signing, somebody, Proof("wrong password", "1"))
        at = clock.wall() + timedelta(minutes=next(NUMBERS))
        assert _code(_prove(signing, somebody, somebody.proof(at), at)) == "proved"


def test_in_a_series_the_password_alone_is_enough_for_ten_minutes(
    signing: Database, somebody: Signer
):
    handle = "h" * 40
    first = somebody.proof(NOW)
    assert _code(_prove(signing, somebody, Proof(PASSWORD, series=handle))) == "series-over"
    _prove(signing, somebody, Proof(first.password, first.code, handle))

    again = _prove(signing, somebody, Proof(PASSWORD, series=handle), NOW + SERIES / 2)
    assert isinstance(again, Proved)
    assert again.methods == "password, in a series"
    wrong = _prove(signing, somebody, Proof("wrong password", series=handle))
    assert _code(wrong) == "credentials-refused"
    other = _prove(signing, somebody, Proof(PASSWORD, series="g" * 40))
    assert _code(other) == "series-over"
    over = _prove(signing, somebody, Proof(PASSWORD, series=handle), NOW + SERIES)
    assert _code(over) == "series-over"


def test_a_new_enrolment_ends_what_was_set_before(signing: Database, somebody: Signer):
    handle, first = "k" * 40, somebody.proof(NOW)
    _prove(signing, somebody, Proof(first.password, first.code, handle))
    code = issue_code(signing.app, somebody.who.id, by=ADMINISTRATOR, now=NOW)
    enrol(signing.app, code, "nine quiet rivers in May", NOW + timedelta(seconds=1))

    assert _code(_prove(signing, somebody, somebody.proof(NOW, drift=1))) == "credentials-refused"
    renewed = Proof("nine quiet rivers in May", series=handle)
    assert _code(_prove(signing, somebody, renewed, NOW + SERIES / 2)) == "series-over"


def test_an_enrolment_code_is_good_once_and_for_three_days(signing: Database):
    who = appointed(signing, Role.QP, next(NUMBERS))
    code = issue_code(signing.app, who.id, by=ADMINISTRATOR, now=NOW)

    with pytest.raises(Refused, match="enrolment-refused"):
        enrol(signing.app, code, PASSWORD, NOW + CODE_LASTS)
    with pytest.raises(Refused, match="password-weak"):
        enrol(signing.app, code, "short", NOW)
    assert enrol(signing.app, code.lower(), PASSWORD, NOW).account == who.id
    with pytest.raises(Refused, match="enrolment-refused"):
        enrol(signing.app, code, PASSWORD, NOW)


def test_nobody_issues_a_code_to_themselves_or_to_a_machine(signing: Database, somebody: Signer):
    with pytest.raises(Refused, match="code-for-oneself"):
        issue_code(signing.app, somebody.who.id, by=somebody.who.id, now=NOW)
    with pytest.raises(Refused, match="account-unknown"):
        issue_code(signing.app, "atmpflow", by=ADMINISTRATOR, now=NOW)


def test_what_is_stored_is_neither_the_password_nor_the_secret(signing: Database, somebody: Signer):
    query = "SELECT password, totp FROM credential WHERE account = %s"
    with identities(signing.app) as connection:
        row: Any = connection.execute(query, (somebody.who.id,)).fetchone()

    assert row[0].startswith("$argon2id$")
    assert PASSWORD not in row[0]
    secret = somebody.enrolled.secret
    assert secret.encode() not in row[1]
    assert unseal(keys().wrapping, row[1], secret_place(somebody.who.id)).decode() == secret
    with pytest.raises(Refused):
        unseal(keys().wrapping, row[1], secret_place("another"))


def test_by_default_a_password_costs_what_rfc_9106_recommends(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv(passwords.MEMORY_KIB, raising=False)
    stored = passwords.hashed(PASSWORD)

    assert stored.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert passwords.agrees(stored, PASSWORD)
    assert not passwords.agrees(stored, PASSWORD + "!")
    assert passwords.cost_kib(stored) >= passwords.FLOOR_KIB


def test_a_signature_comes_within_120_seconds_of_what_was_shown(
    signing: Database, somebody: Signer
):
    to_sign = begin(signing.app, somebody.who, Meaning.APPROVED, opened(signing.app), now=NOW)
    late = NOW + timedelta(seconds=121)

    with pytest.raises(Refused, match="challenge-expired"):
        finish(signing.app, to_sign, local(somebody.proof(late)), now=late)


def test_the_signature_shows_printed_name_time_and_meaning(signing: Database, somebody: Signer):
    to_sign = begin(signing.app, somebody.who, Meaning.APPROVED, opened(signing.app), now=NOW)
    signed = finish(signing.app, to_sign, local(somebody.proof(NOW)), now=NOW)

    ((name, meaning, at, auth_time),) = select(
        signing.app,
        "SELECT printed_name, meaning, signed_at, auth_time FROM signature WHERE challenge_id = %s",
        signed.challenge.id,
    )
    assert (name, meaning, at, auth_time) == (signed.printed_name, "approved", NOW, NOW)
    assert name
