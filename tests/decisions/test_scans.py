"""At every hand-over a label that is another's stops the journey; a misread one is read again."""

from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from atmpflow.codes.coi import check
from atmpflow.codes.scan import read_coi, read_unit
from atmpflow.commands.administration import CheckIdentity
from atmpflow.decide import decide
from atmpflow.duties import open_duties
from atmpflow.errors import Refused
from atmpflow.events.administration import DoseAdministered, IdentityMismatched
from atmpflow.events.identity import LabelMismatched
from atmpflow.journey import Facts
from atmpflow.people import Role
from tests.memory import LATE, asked, next_command, waiting_for, whole, with_event

READ = {"scanned_coi": read_coi, "scanned_patient": read_coi, "scanned_unit": read_unit}
STOPPED = {LabelMismatched.name, IdentityMismatched.name}
SCANS = sorted(
    {
        (facts.step.command.name, field, product)
        for product in ("aucatzyl", "ebvallo", "zolgensma", "holoclar")
        for facts in whole(product)
        if facts.step is not None
        for field in facts.step.command.model_fields
        if field in READ
    }
)


def _wrong(facts: Facts, field: str, scanned: str) -> tuple[str, Facts | None]:
    """What happens when this is scanned: the code of the refusal, or the journey afterwards."""
    move = next_command(facts)
    changed: Any = {**dict(move.command), field: scanned}
    command = type(move.command).model_validate(changed)
    try:
        events = decide(command, facts, LATE, move.actor)
    except Refused as refused:
        return refused.code, None
    for event in events:
        facts = with_event(facts, event, command.occurred_at, move.actor)
    return events[-1].name, facts


@pytest.mark.parametrize(("command", "field", "product"), SCANS)
@given(place=st.integers(0, 40), wrong=st.sampled_from("0189ABCXYZ-=*"))
def test_a_wrong_character_is_read_again_or_holds_the_journey(
    command: str, field: str, product: str, place: int, wrong: str
):
    facts = waiting_for(command, product)
    right = str(getattr(next_command(facts).command, field))
    place %= len(right)
    scanned = right[:place] + wrong + right[place + 1 :]
    units = {value for row in facts.history for value in getattr(row.event, "units", ())}
    assume(READ[field](scanned) != right and scanned.strip() not in units)
    outcome, after = _wrong(facts, field, scanned)
    if _unreadable(command, field, scanned):
        assert outcome == "scan-unreadable"
        return
    assert outcome in STOPPED
    assert after is not None
    assert after.hold is not None
    assert (after.stage, after.position) == (facts.stage, facts.position)


def _unreadable(command: str, field: str, scanned: str) -> bool:
    """Can this be no label at all? At the bedside every scan that fails stops the journey."""
    if command == "check-identity":
        return False
    if field == "scanned_unit":
        return scanned.startswith("=")
    try:
        check(scanned, "")
    except Refused:
        return True
    return False


@pytest.mark.parametrize(("command", "field", "product"), SCANS)
def test_another_patients_identifier_holds_the_journey_and_both_teams_are_told(
    command: str, field: str, product: str
):
    mine = waiting_for(command, product)
    theirs = waiting_for(command, product, name="another")
    scanned = str(getattr(next_command(theirs).command, field))
    assert scanned != str(getattr(next_command(mine).command, field))
    outcome, after = _wrong(mine, field, scanned)
    assert outcome in STOPPED
    assert after is not None
    assert after.hold is not None
    told = {(duty.owner, duty.name.partition(":")[0]) for duty in open_duties(after)}
    assert {owner for owner, _ in told} >= {Role.PHYSICIAN, Role.LABORATORY, Role.COMPLIANCE}


def test_a_unit_that_was_given_is_not_the_next_doses_unit():
    facts = next(
        one
        for one in whole("aucatzyl")
        if one.last(DoseAdministered) and one.step and one.step.command is CheckIdentity
    )
    given = facts.last(DoseAdministered)
    assert given is not None
    outcome, after = _wrong(facts, "scanned_unit", given.scanned_unit)
    assert outcome == IdentityMismatched.name
    assert after is not None
    assert after.hold is not None


def test_the_second_check_must_be_of_the_same_unit():
    facts = waiting_for("check-identity", "aucatzyl")
    move = next_command(facts)
    once = asked(facts, move.command, move.actor)
    units = next(row.event for row in facts.history if row.event.name == "manufacture.completed")
    other = next(unit for unit in units.units if unit != move.command.scanned_unit)  # type: ignore[attr-defined]
    assert _wrong(once, "scanned_unit", other)[0] == "unit-mismatch"
