"""`atmpflow logger`, `account token`, `log --format`: a laboratory and an administrator at work."""

from datetime import UTC, datetime

import pytest

from models.batches import Sending
from tasks.live.receive import JSON, receive
from tests.cli.conftest import Terminal
from tests.live.samples import COURIER, body, known, new_serial, travelling

LAB = ("--as", "simulated-cell-laboratory-1", "--role", "cell-laboratory")
SAYS = ("--model", "Probe 3", "--sensor", "PT-9", "--interval", "5", "--owner", "R0A")
ADMINISTRATOR = "an-administrator"


def _listed(terminal: Terminal, serial: str):
    (found,) = [one for one in terminal.told("logger", "list") if one["serial"] == serial]
    return found


def test_a_logger_is_registered_changed_calibrated_and_withdrawn(terminal: Terminal):
    serial = new_serial()
    terminal.told("logger", "add", serial, *SAYS, "--sender", COURIER.id, *LAB)
    found = _listed(terminal, serial)
    assert (found["sensor"], found["interval_s"], found["standing"]) == ("PT-9", 300, "in-use")
    assert found["calibrated_until"] is None
    span = ("--from", "2026-01-01", "--until", "2026-12-31")
    calibration = ("standing", "calibration", "logger", serial, "--reference", "C-9")
    terminal.told(*calibration, *span, *LAB)
    terminal.told("logger", "add", serial, *SAYS[:2], "--sensor", "PT-10", *SAYS[4:], *LAB)
    found = _listed(terminal, serial)
    assert found["sensor"] == "PT-10"
    assert found["calibrated_until"].startswith("2027-01-01")
    terminal.told("logger", "withdraw", serial, *LAB)
    assert _listed(terminal, serial)["standing"] == "withdrawn"
    assert serial in terminal.run("logger", "list").output


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        (("--owner", "NOWHERE"), "organisation-unknown"),
        (("--sender", "nobody"), "account-unknown"),
        (("--zone", "Mars/Olympus"), "logger-file-invalid"),
        (("--model", " "), "logger-not-named"),
        (("--role", "courier"), "role-not-allowed"),
    ],
)
def test_what_cannot_be_registered_is_refused(
    terminal: Terminal, changed: tuple[str, ...], code: str
):
    words = ("logger", "add", new_serial(), *SAYS, *LAB, *changed)
    assert [one["code"] for one in terminal.refused(*words)] == [code]


def test_a_logger_that_hardly_writes_is_not_registered(terminal: Terminal):
    words = ("logger", "add", new_serial(), *SAYS[:4], "--interval", "16", *SAYS[6:], *LAB)
    assert terminal.run(*words).exit_code == 2


def test_an_unknown_logger_cannot_be_withdrawn(terminal: Terminal):
    assert [one["code"] for one in terminal.refused("logger", "withdraw", "NOBODYS", *LAB)] == [
        "logger-unknown"
    ]


def test_what_was_refused_is_listed_with_its_reason(terminal: Terminal):
    app = terminal.database.app
    one = travelling(app, logger=known(app, new_serial()))
    content = body(one.message(sensor="PROBE-2"))
    receive(app, Sending("mqtt", "json", content, COURIER, datetime.now(UTC), JSON))
    (found,) = [row for row in terminal.told("logger", "refused") if row["logger"] == one.logger]
    assert (found["code"], found["source"]) == ("sensor-swapped", "mqtt")
    assert "sensor-swapped" in terminal.run("logger", "refused").output
