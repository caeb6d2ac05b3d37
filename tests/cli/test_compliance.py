"""`atmpflow checks`, `findings`, `finding decide` and `standing`: from a check to a decision."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pyotp.totp import TOTP
from typer.testing import Result

from desk.simulation.signing import ADMINISTRATOR, secret_of
from models.compliance.statement import checks
from models.database import transaction
from models.enrolling import enrol, issue_code
from tests.cli.conftest import Terminal
from tests.factories import CENTRE, opened

OFFICER = ("--as", "simulated-compliance-officer-1", "--role", "compliance-officer")
SPAN = ("--from", "2020-01-01", "--until", "2199-12-31")
WHY = ("--justification", "Accreditation is under way, CAPA-12")


@pytest.fixture
def swept(own_terminal: Terminal) -> Terminal:
    """An installation with one journey, after its first weekly sweep."""
    opened(own_terminal.database.app)
    own_terminal.told("checks", "run", "--cadence", "weekly", exit_code=5)
    return own_terminal


def _finding(desk: Terminal, check: str = "licence-jacie") -> Any:
    (found,) = desk.told("findings", "--check", check)
    return found


def test_every_check_is_listed_with_its_regulation_and_remedy(terminal: Terminal):
    told = terminal.told("checks")
    assert {one["id"] for one in told} == {one.id for one in checks()}
    assert all(one["regulation"] and one["remedy"] and one["owner"] for one in told)
    assert "compliance checks" in terminal.run("checks", "--cadence", "weekly").output


def test_what_was_missing_closes_by_itself_once_it_is_on_record(swept: Terminal):
    assert _finding(swept)["subject"] == CENTRE
    assert "What to do" in swept.run("findings").stdout
    swept.told("standing", "licence", "jacie", CENTRE, "--reference", "J-1", *SPAN, *OFFICER)
    swept.run("checks", "run", "--cadence", "weekly")
    assert swept.told("findings", "--check", "licence-jacie") == []
    (closed,) = swept.told("findings", "--check", "licence-jacie", "--closed")
    assert closed["closed_how"] == "by-itself"


def test_a_finding_is_decided_once_and_does_not_open_again(swept: Terminal):
    found = _finding(swept)
    done = swept.told("finding", "decide", found["id"][:13], *WHY, *OFFICER)
    assert done["decided_by"] == OFFICER[1]
    again = swept.refused("finding", "decide", found["id"], *WHY, *OFFICER)
    assert [one["code"] for one in again] == ["finding-closed"]
    swept.run("checks", "run", "--cadence", "weekly")
    assert swept.told("findings", "--check", "licence-jacie") == []


def _demanding(desk: Terminal) -> str:
    """Have signatures demanded; returns the secret of the officer's authenticator."""
    app, now = desk.database.app, datetime.now(UTC)
    code = issue_code(app, OFFICER[1], by=ADMINISTRATOR, now=now)
    secret = enrol(app, code, secret_of(OFFICER[1]), now=now).secret
    with transaction(app) as connection:
        connection.execute(
            "INSERT INTO signature_policy (since, account) VALUES (%s, %s)", (now, ADMINISTRATOR)
        )
    return secret


def _decided(desk: Terminal, finding: str, code: str) -> Result:
    words = ("finding", "decide", finding, *WHY, *OFFICER, "--stdin", "--json")
    return desk.run(*words, typed=f"{secret_of(OFFICER[1])}\n{code}\n")


def test_where_signatures_are_demanded_a_decision_is_signed(swept: Terminal):
    found, secret = _finding(swept), _demanding(swept)
    assert _decided(swept, found["id"], "000000").exit_code == 3
    assert _finding(swept)["id"] == found["id"]
    code = TOTP(secret).at(datetime.now(UTC) + timedelta(seconds=30))
    done = _decided(swept, found["id"], code)
    assert done.exit_code == 0, done.output
    with transaction(swept.database.app) as connection:
        row: Any = connection.execute(
            "SELECT s.meaning, s.record_kind, s.record_id FROM finding f"
            " JOIN signature s ON s.id = f.signature_id WHERE f.id = %s",
            (found["id"],),
        ).fetchone()
    assert row == ("approved", "finding", found["id"])


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("finding", "decide", "ffffffff", *WHY, *OFFICER), "finding-unknown"),
        (
            ("standing", "licence", "hta", "X-NONE", "--reference", "L", *SPAN, *OFFICER),
            "organisation-unknown",
        ),
        (
            ("standing", "licence", "hta", CENTRE, "--reference", "L", "--from", "2026-01-01",
             "--until", "2025-01-01", *OFFICER),
            "expiry-impossible",
        ),
        (
            ("standing", "approval", "mhra", "T-1", "--reference", "A", *SPAN,
             "--as", "simulated-courier-1", "--role", "courier"),
            "role-not-allowed",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_with_advice(
    terminal: Terminal, words: tuple[str, ...], code: str
):
    assert [one["code"] for one in terminal.refused(*words)] == [code]


def test_a_calibration_is_put_on_record_by_the_laboratory(terminal: Terminal):
    lab = ("--as", "simulated-cell-laboratory-1", "--role", "cell-laboratory")
    told = terminal.told(
        "standing", "calibration", "logger", "L-9", "--reference", "C-9", *SPAN, *lab
    )
    assert (told["device"], told["certificate"]) == ("L-9", "C-9")


def test_approvals_and_reports_are_put_on_record(terminal: Terminal):
    told = terminal.told(
        "standing", "approval", "ethics", "T-9", "--reference", "REC-9", *SPAN, *OFFICER
    )
    assert told["valid_until"].startswith("2200-01-01")
    told = terminal.told(
        "standing", "report", "dsur", "T-9", "--reference", "D-9", "--until", "2025-12-31", *OFFICER
    )
    assert told["covers_until"] == "2025-12-31"
