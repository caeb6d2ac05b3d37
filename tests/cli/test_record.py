"""`atmpflow record`: fields from the models, refusals with advice, and each of them kept."""

import json
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from atmpflow.commands import COMMANDS
from atmpflow.message import Command
from atmpflow.people import Role
from desk.cli.record import PEOPLES, option_name
from desk.simulation.step import present
from tasks.acts import ALL, by_command
from tasks.answer import drain
from tests.cli.conftest import Terminal
from tests.cli.referring import patient, refer

SCREENING = ("record-screening", "--role", "coordinator")
FIXED = {"journey", "as", "role", "key", "expect", "file", "json", "help"}


@pytest.fixture
def journey(terminal: Terminal, tmp_path: Path) -> str:
    """The chain-of-identity id of a journey that waits for its screening."""
    opened = refer(terminal, tmp_path)
    drain(terminal.database.app, "referral", by_command(ALL), journey=UUID(opened["journey"]))
    return opened["coi"]


def _version(terminal: Terminal, coi: str) -> int:
    return terminal.told("journey", coi)["version"]


def _answers(terminal: Terminal) -> list[str]:
    criteria = terminal.told("products", "kymriah")["eligibility"]
    words: list[str] = []
    for one in criteria:
        good = one["must_be"] if one["must_be"] is not None else one["low"] or one["high"] or 0
        words += ["--answers", f"{one['code']}={json.dumps(good)}"]
    return words


@pytest.mark.parametrize("kind", PEOPLES.values(), ids=PEOPLES)
def test_the_help_of_a_command_lists_every_field_and_the_roles(
    kind: type[Command], monkeypatch: pytest.MonkeyPatch, terminal: Terminal
) -> None:
    monkeypatch.setenv("COLUMNS", "300")
    shown = terminal.run("record", kind.name, "--help").stdout
    for name, field in kind.model_fields.items():
        assert option_name(name) in shown
        assert (field.title or "") in shown
    for role in kind.roles - {Role.SYSTEM}:
        assert role.value in shown


def test_no_field_has_the_name_of_an_option_that_every_command_has() -> None:
    fields = {name for kind in PEOPLES.values() for name in kind.model_fields}
    assert not fields & FIXED


def test_the_engines_own_commands_are_not_offered(terminal: Terminal) -> None:
    owns = {name for name, kind in COMMANDS.items() if kind.roles == {Role.SYSTEM}}
    assert owns
    assert not owns & set(PEOPLES)
    assert terminal.run("record", "fire-timer").exit_code == 2


def test_what_was_recorded_is_told_with_what_comes_next(terminal: Terminal, journey: str) -> None:
    words = (*_answers(terminal), "--weight-kg", "71.5", "--virology-taken-at", "2021-03-03T09:00Z")
    told = terminal.told(
        "record", *SCREENING, "--journey", journey, *words, "--at", "2021-03-04T09:00+00:00"
    )
    assert told["events"] == ["screening.recorded"]
    assert told["waits_for"] == "assess-eligibility"
    assert told["owner"] == "system"


def test_the_same_key_and_content_are_recorded_once(terminal: Terminal, journey: str) -> None:
    words = ("record", "withdraw", "--journey", journey, "--role", "coordinator")
    words += ("--reason", "clinical", "--key", f"k-{journey}", "--at", "2021-04-01T09:00Z")
    first = terminal.told(*words)
    again = terminal.told(*words)
    assert (first["repeated"], again["repeated"]) == (False, True)
    assert again["version"] == first["version"]
    (error,) = terminal.refused(*words[:-1], "2021-04-01T09:01Z")
    assert error["code"] == "key-reused"


def test_fields_come_from_a_file_too_and_options_win(
    terminal: Terminal, journey: str, tmp_path: Path
) -> None:
    file = tmp_path / "withdraw.json"
    file.write_text(json.dumps({"reason": "nonsense", "occurred_at": "2021-04-01T09:00Z"}))
    words = ("record", "withdraw", "--journey", journey, "--role", "coordinator")
    (error,) = terminal.refused(*words, "--file", str(file))
    assert error["field"] == "reason"
    told = terminal.told(*words, "--file", str(file), "--reason", "clinical")
    assert told["ended"] == "withdrawn"


Refusal = tuple[str, tuple[str, ...], str, str]

REFUSALS: list[Refusal] = [
    ("a wrong role", ("withdraw", "--role", "courier", "--reason", "clinical"),
     "role-not-allowed", "actor.role"),
    ("the engine's role", ("withdraw", "--role", "system", "--reason", "clinical"),
     "role-not-allowed", "actor.role"),
    ("a stale version", ("withdraw", "--role", "coordinator", "--reason", "clinical",
     "--expect", "1"), "version-stale", "expected_version"),
    ("a wrong order", ("record-consent", "--scopes", "collection", "--form-version", "3"),
     "out-of-order", ""),
    ("a moment to come", ("withdraw", "--role", "coordinator", "--reason", "clinical",
     "--at", "2199-01-01T00:00Z"), "date-in-future", "occurred_at"),
    ("a moment without zone", ("withdraw", "--role", "coordinator", "--reason", "clinical",
     "--at", "2021-04-01T09:00"), "field-invalid", "occurred_at"),
    ("seconds for a moment", ("withdraw", "--role", "coordinator", "--reason", "clinical",
     "--at", "1617267600"), "field-invalid", "occurred_at"),
    ("no such choice", ("withdraw", "--role", "coordinator", "--reason", "bored"),
     "field-invalid", "reason"),
    ("nothing said", ("withdraw", "--role", "coordinator"), "field-missing", "reason"),
    ("a word for a number", (*SCREENING, "--answers", "ecog=1", "--weight-kg", "heavy"),
     "field-invalid", "weight_kg"),
    ("out of range", (*SCREENING, "--answers", "ecog=1", "--weight-kg", "4000"),
     "field-invalid", "weight_kg"),
    ("no pair", (*SCREENING, "--answers", "ecog", "--weight-kg", "70"),
     "field-invalid", "answers"),
    ("one question twice", (*SCREENING, "--answers", "ecog=1", "--answers", "ecog=4",
     "--weight-kg", "70"), "field-invalid", "answers"),
    ("a slot without its end", ("book-slots", "--role", "coordinator", "--slots",
     "kind=bed,resource=bed-1,starts_at=2021-04-01T09:00Z"), "field-invalid", "slots.0.ends_at"),
    ("a slot that begins at a number", ("book-slots", "--role", "coordinator", "--slots",
     "kind=bed,resource=bed-1,starts_at=1617267600,ends_at=2021-04-02T09:00Z"),
     "field-invalid", "slots.0.starts_at"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("words", "code", "field"), [case[1:] for case in REFUSALS], ids=[case[0] for case in REFUSALS]
)
def test_what_is_wrong_is_refused_changes_nothing_and_is_kept(
    terminal: Terminal, journey: str, words: tuple[str, ...], code: str, field: str
) -> None:
    before = _version(terminal, journey)
    (error,) = terminal.refused("record", *words, "--journey", journey)
    assert (error["code"], error["field"]) == (code, field)
    assert _version(terminal, journey) == before
    kept = terminal.told("rejected", "--code", code)
    newest = next(one for one in kept if one["actor"] == "operator-1")
    assert newest["command"] == words[0]
    assert (newest["message"], newest["remedy"]) == (error["message"], error["remedy"])


def test_what_was_refused_of_a_journey_is_listed_with_it(terminal: Terminal, journey: str) -> None:
    words = ("record", "withdraw", "--journey", journey)
    terminal.refused(*words, "--role", "coordinator", "--reason", "bored")
    terminal.refused(*words, "--role", "courier", "--reason", "clinical")
    kept = terminal.told("rejected", "--journey", journey)
    assert {one["code"] for one in kept} == {"field-invalid", "role-not-allowed"}
    assert {one["coi"] for one in kept} == {journey}


def test_every_field_that_is_wrong_is_named_at_once(terminal: Terminal, journey: str) -> None:
    errors = terminal.refused(
        "record", *SCREENING, "--journey", journey, "--weight-kg", "heavy", "--at", "yesterday"
    )
    assert {one["field"] for one in errors} == {"answers", "weight_kg", "occurred_at"}
    assert any("--weight-kg" in one["remedy"] for one in errors)


def test_what_people_typed_is_never_repeated(
    terminal: Terminal, journey: str, tmp_path: Path
) -> None:
    file = tmp_path / "odd.json"
    file.write_text(json.dumps({"Anna Alder": 1, "answers": {"Anna": "Alder"}, "weight_kg": "Al"}))
    result = terminal.run("record", *SCREENING, "--journey", journey, "--file", str(file))
    assert result.exit_code == 3
    shown = result.output + terminal.run("rejected", "--journey", journey).output
    assert "field-unknown" in shown
    for private in ("Anna", "Alder"):
        assert private not in shown


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("ATF-7K2M-0000-0000-0", "coi-check-character"),
        ("ATF-7K2M", "coi-format"),
        ("00000000-0000-0000-0000-000000000000", "journey-unknown"),
        ("nonsense", "journey-unknown"),
    ],
)
def test_a_journey_that_is_not_there_is_refused_and_kept(
    terminal: Terminal, text: str, code: str
) -> None:
    words = ("withdraw", "--role", "coordinator", "--reason", "clinical", "--journey", text)
    (error,) = terminal.refused("record", *words)
    assert error["code"] == code
    assert terminal.told("rejected", "--code", code)[0]["command"] == "withdraw"


def test_a_chain_of_identity_id_may_be_typed_without_hyphens_in_small_letters(
    terminal: Terminal, journey: str
) -> None:
    assert terminal.told("journey", journey.replace("-", "").lower())["coi"] == journey


def test_who_may_ask_in_several_roles_must_say_in_which(terminal: Terminal, journey: str) -> None:
    words = ("record", "withdraw", "--journey", journey, "--reason", "clinical")
    (error,) = terminal.told(*words, exit_code=2)["errors"]
    assert "coordinator" in error["message"]
    (error,) = terminal.told(*words, "--role", "king", exit_code=2)["errors"]
    assert "coordinator" in error["message"]


def test_a_referral_typed_in_is_the_same_as_the_one_in_a_file(
    terminal: Terminal, tmp_path: Path
) -> None:
    who = patient()
    file = tmp_path / "patient.json"
    file.write_text(json.dumps(who))
    person = terminal.told("identify", "--file", str(file))["person"]
    fields = {
        "--source-reference": f"TYPED-{uuid4()}",
        "--referring-organisation": "RWE",
        "--treating-centre": "RX1",
        "--product": "kymriah",
    }
    words = [word for pair in fields.items() for word in pair]
    told: Any = terminal.told(
        "record", "refer", "--role", "referrer", "--person", person, *words,
        "--at", "2021-03-02T00:00Z",
    )  # fmt: skip
    again = refer(terminal, tmp_path, source_reference=fields["--source-reference"], patient=who)
    assert again["repeated"] is True
    assert again["journey"] == told["journey"]
    assert present(terminal.database.app, UUID(told["journey"])).version == 1
