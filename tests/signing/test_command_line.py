"""Enrolling, reviewing, the checklist and signing at a terminal, with real secrets typed in."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pyotp.totp import TOTP

from atmpflow.people import Role
from desk.simulation.people import enrol as appoint
from models.passwords import MEMORY_KIB
from tests.cli.conftest import Terminal
from tests.cli.typing_in import record
from tests.conftest import Database
from tests.factories import held, journey_at, move_of, opened, present
from tests.signing.conftest import appointed

PASSWORD = "seven green lorries at noon"


@pytest.fixture
def desk(signing: Database, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("ATMPFLOW_ACCOUNT", "operator-1")
    appoint(signing.owner, {"administrator-1": (Role.ADMINISTRATOR,)})
    return Terminal(signing)


def _told(desk: Terminal, *words: str, typed: str, exit_code: int = 0) -> Any:
    import json

    result = desk.run(*words, "--stdin", "--json", typed=typed)
    assert result.exit_code == exit_code, result.output
    return json.loads(result.stdout)


def _enrolled(desk: Terminal, account: str) -> TOTP:
    """The authenticator of somebody who enrolled with a code they were given."""
    code = desk.told("signing", "code", account, "--as", "administrator-1")["code"]
    told = _told(desk, "signing", "enrol", typed=f"{code}\n{PASSWORD}\n")
    assert told["account"] == account
    return TOTP(told["secret"])


def _resources(desk: Terminal, journey: str) -> list[Any]:
    return [one["resource"] for one in desk.told("fhir", journey)["entry"]]


def _now(totp: TOTP, drift: int = 0) -> str:
    return totp.at(datetime.now(UTC) + timedelta(seconds=30 * drift))


def test_a_batch_is_reviewed_signed_and_certified_at_a_terminal(desk: Terminal):
    facts = journey_at(desk.database.app, "certify-batch")
    move, journey = move_of(facts), facts.coi
    qp = move.actor.id
    totp = _enrolled(desk, qp)

    before = desk.told("checklist", journey, "--for", qp, exit_code=5)
    assert [line["code"] for line in before["lines"] if not line["satisfied"]] == ["audit-trail"]
    reviewed = desk.told("review", journey, "--as", qp, "--role", "qualified-person")
    assert (reviewed["version"], len(reviewed["events"])) == (facts.version, facts.version)
    assert any(event["late"] for event in reviewed["events"]), "late entries are pointed out"
    assert desk.told("checklist", journey, "--for", qp)["ready"]

    words = ("sign", journey, "--meaning", "certified", "--as", qp)
    (signed,) = _told(desk, *words, typed=f"{PASSWORD}\n{_now(totp)}\n")["signatures"]
    assert (signed["meaning"], signed["version"]) == ("certified", facts.version)
    assert signed["printed_name"]
    typed_in = [*record(move, journey), "--signature", signed["token"]]
    assert desk.told(*typed_in)["events"] == ["batch.certified"]

    (shown,) = desk.told("journey", journey)["signatures"]
    assert (shown["account"], shown["event"], shown["void"]) == (qp, facts.version + 1, None)
    page = desk.run("journey", journey).stdout
    assert "Signatures" in page
    assert shown["printed_name"].split()[0] in desk.run("checklist", journey).stdout
    assert desk.told("checklist", journey, exit_code=5)["signatures"] == [shown]
    (told,) = [one["signature"] for one in _resources(desk, journey) if "signature" in one]
    assert (told[0]["who"]["display"], told[0]["type"][0]["code"]) == (
        shown["printed_name"],
        "certified",
    )
    assert told[0]["when"][:19] == shown["signed_at"][:19]
    assert shown["printed_name"].split()[0] in page


def test_without_a_token_the_command_is_refused_and_says_how_to_sign(desk: Terminal):
    facts = journey_at(desk.database.app, "certify-batch")

    (error,) = desk.refused(*record(move_of(facts), facts.coi))

    assert (error["code"], error["field"]) == ("signature-missing", "signature")
    assert "atmpflow sign" in error["remedy"]


def test_what_is_signed_is_shown_before_the_secrets_and_only_the_token_is_answered(
    desk: Terminal,
):
    facts = present(desk.database.app, opened(desk.database.app))
    who = appointed(desk.database, Role.PHYSICIAN, 41)
    totp = _enrolled(desk, who.id)

    words = ("sign", facts.coi, "--meaning", "approved", "--as", who.id, "--role", who.role.value)
    result = desk.run(*words, "--stdin", typed=f"{PASSWORD}\n{_now(totp)}\n")

    assert result.exit_code == 0, result.output
    assert result.stdout.strip().startswith("sig-")
    for said in ("approved", facts.coi, "version  1", "hash", who.id):
        assert said in result.stderr
    assert PASSWORD not in result.output


def test_several_records_are_signed_one_by_one_with_the_password_each(desk: Terminal):
    app = desk.database.app
    journeys = [held(app, present(app, opened(app))).coi for _ in range(3)]
    who = appointed(desk.database, Role.PHARMACIST, 42)
    totp = _enrolled(desk, who.id)
    words = ("sign", *journeys, "--meaning", "approved", "--as", who.id, "--role", who.role.value)

    typed = f"{PASSWORD}\n{_now(totp)}\n{PASSWORD}\n{PASSWORD}\n"
    signed = _told(desk, *words, typed=typed)["signatures"]

    assert len({one["token"] for one in signed}) == 3
    assert [one["methods"] for one in signed] == [
        "password and one-time code", "password, in a series", "password, in a series",
    ]  # fmt: skip
    wrong = f"{PASSWORD}\n{_now(totp, 1)}\nanother password\n"
    answer = _told(desk, *words, typed=wrong, exit_code=3)
    assert answer["errors"][0]["code"] == "credentials-refused"


def test_only_an_administrator_lets_somebody_in_and_nobody_themselves(desk: Terminal):
    (error,) = desk.refused("signing", "code", "simulated-courier-1", "--as", "operator-1")
    assert error["code"] == "not-appointed"
    (error,) = desk.refused("signing", "code", "administrator-1", "--as", "administrator-1")
    assert error["code"] == "code-for-oneself"


def test_signatures_that_are_demanded_stay_demanded(desk: Terminal):
    words = ("signing", "demand", "--as", "simulated-compliance-officer-1")
    assert desk.told(*words) == {"demanded": True, "new": False}


def test_the_doctor_warns_of_passwords_that_cost_too_little(
    desk: Terminal, monkeypatch: pytest.MonkeyPatch
):
    def found() -> Any:
        told = desk.told("doctor", exit_code=5)  # no Prefect runs here
        return {one["name"]: one for one in told["checks"]}

    checks = found()
    assert checks["passwords"]["state"] == "warn"
    assert checks["signatures"]["found"].startswith("demanded since")
    monkeypatch.delenv(MEMORY_KIB)
    assert found()["passwords"]["state"] == "ok"
