"""Lists: journeys by what they wait for, organisations, products."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from tasks.acts import ALL, by_command
from tasks.answer import drain
from tests.cli.conftest import Terminal
from tests.cli.referring import refer


def test_journeys_are_found_by_what_they_wait_for(own_terminal: Terminal, tmp_path: Path) -> None:
    first = refer(own_terminal, tmp_path)
    second = refer(own_terminal, tmp_path, product="holoclar", treating_centre="RTD")
    third = refer(own_terminal, tmp_path)
    engine = own_terminal.database.app
    drain(engine, "referral", by_command(ALL), journey=UUID(first["journey"]))
    own_terminal.told(
        "record", "withdraw", "--journey", third["coi"], "--role", "coordinator",
        "--reason", "clinical",
    )  # fmt: skip

    def found(*words: str) -> list[str]:
        return [one["coi"] for one in own_terminal.told("journeys", *words)]

    assert found()[-1] == third["coi"]
    assert found("--stage", "eligibility") == [first["coi"]]
    assert found("--waiting-on", "coordinator") == [first["coi"]]
    assert found("--product", "holoclar") == found("--centre", "RTD") == [second["coi"]]
    assert found("--ended") == [third["coi"]]


def test_what_is_overdue_is_said_in_words_by_the_clock_that_deadlines_use(
    own_terminal: Terminal, tmp_path: Path
) -> None:
    opened = refer(own_terminal, tmp_path)
    assert own_terminal.told("journeys", "--overdue") == []
    assert "OVERDUE" not in own_terminal.run("journeys").stdout
    own_terminal.database.set_clock(datetime.now(UTC) + timedelta(days=1))
    (late,) = own_terminal.told("journeys", "--overdue")
    assert late["coi"] == opened["coi"]
    assert late["overdue"] is True
    assert "OVERDUE" in own_terminal.run("journeys").stdout
    assert "OVERDUE" in own_terminal.run("journey", opened["coi"]).stdout


def test_a_hold_is_said_where_journeys_are_listed_and_shown(
    terminal: Terminal, tmp_path: Path
) -> None:
    coi = refer(terminal, tmp_path)["coi"]
    terminal.told(
        "record", "place-hold", "--journey", coi, "--role", "compliance-officer", "--reason", "D-7"
    )
    told = terminal.told("journey", coi)
    assert (told["held_by"], told["waits_for"]) == ("hold.placed", "lift-hold")
    assert "ON HOLD" in terminal.run("journey", coi).stdout
    assert "ON HOLD" in terminal.run("journeys", "--waiting-on", "compliance-officer").stdout


def test_no_journey_is_an_empty_list_and_a_hint(own_terminal: Terminal) -> None:
    assert own_terminal.told("journeys") == []
    result = own_terminal.run("journeys")
    assert result.exit_code == 0
    assert "atmpflow refer" in result.stderr


def test_centres_that_treat_are_open_treatment_centres(terminal: Terminal) -> None:
    every = terminal.told("organisations")
    treating = terminal.told("organisations", "--treating")
    assert 0 < len(treating) < len(every)
    assert {one["kind"] for one in treating} == {"treatment-centre"}
    assert any(one["closed"] for one in every)
    assert not any(one["closed"] for one in treating)
    (found,) = terminal.told("organisations", "rx1")
    assert found["code"] == "RX1"


def test_a_product_is_shown_with_what_screening_asks_and_where_figures_are_from(
    terminal: Terminal,
) -> None:
    known = terminal.told("products")
    assert {"kymriah", "zolgensma", "ebvallo", "holoclar"} <= {one["code"] for one in known}
    for one in known:
        spec = terminal.told("products", one["code"])
        page = terminal.run("products", one["code"])
        assert page.exit_code == 0
        for criterion in spec["eligibility"]:
            assert criterion["code"] in page.stdout.replace("\n", "")
        assert "Sources" in page.stdout


def test_an_unknown_product_is_refused_with_those_there_are(terminal: Terminal) -> None:
    (error,) = terminal.refused("products", "kymria")
    assert error["code"] == "product-unknown"
    assert "kymriah" in error["remedy"]
