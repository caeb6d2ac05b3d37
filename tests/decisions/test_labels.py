"""A label is replaced by two people; the old one is kept, and checks of it count no more."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atmpflow.commands.identity import ImplicateJourney, RelabelUnit
from atmpflow.commands.manufacture import StartManufacture
from atmpflow.decide import decide
from atmpflow.errors import Refused
from atmpflow.events.collection import CollectionCompleted
from atmpflow.events.identity import JourneyImplicated, LabelMismatched, UnitRelabelled
from atmpflow.events.manufacture import ManufactureCompleted
from atmpflow.journey import Facts
from atmpflow.people import ENGINE, Actor, Role
from atmpflow.rules.administration import checks_of
from atmpflow.rules.labels import label_version, pending_label
from tests.memory import LATE, asked, next_command, waiting_for

LABORATORY = Actor("one-technician", Role.LABORATORY)
ANOTHER = Actor("another-technician", Role.LABORATORY)


def _unit(facts: Facts) -> str:
    made, collected = facts.last(ManufactureCompleted), facts.last(CollectionCompleted)
    assert collected is not None
    return made.units[0] if made else collected.unit


def _relabel(facts: Facts, label: str = "L-2", **changed: str) -> RelabelUnit:
    values = {
        "occurred_at": facts.history[-1].occurred_at,
        "unit": _unit(facts),
        "scanned_coi": facts.coi,
        "label": label,
        "old_label": "unreadable",
        "reason": "unreadable",
    }
    return RelabelUnit.model_validate({**values, **changed})


def _code(facts: Facts, command: RelabelUnit, who: Actor) -> str:
    with pytest.raises(Refused) as refused:
        decide(command, facts, LATE, who)
    return refused.value.code


def test_two_people_replace_a_label_and_its_version_is_counted():
    facts = waiting_for("pack-shipment")
    once = asked(facts, _relabel(facts), LABORATORY)
    assert label_version(once, _unit(facts)) == 1
    twice = asked(once, _relabel(facts), ANOTHER)
    assert label_version(twice, _unit(facts)) == 2
    replaced = twice.last(UnitRelabelled)
    assert replaced is not None
    assert (replaced.first, replaced.second) == (LABORATORY.id, ANOTHER.id)
    assert replaced.old_label == "unreadable"
    assert (twice.stage, twice.position) == (facts.stage, facts.position)


@given(st.sampled_from(sorted(RelabelUnit.roles)), st.sampled_from(sorted(RelabelUnit.roles)))
def test_one_person_never_replaces_a_label_in_whatever_roles(first: Role, second: Role):
    facts = waiting_for("start-manufacture")
    once = asked(facts, _relabel(facts), Actor("the-same", first))
    assert _code(once, _relabel(facts), Actor("the-same", second)) == "relabel-not-independent"


def test_a_second_person_who_reads_another_label_begins_anew():
    facts = waiting_for("pack-shipment")
    once = asked(facts, _relabel(facts), LABORATORY)
    twice = asked(once, _relabel(facts, "L-3"), ANOTHER)
    assert label_version(twice, _unit(facts)) == 1
    assert _code(twice, _relabel(facts, "L-3"), ANOTHER) == "relabel-not-independent"


def test_a_label_is_pending_for_its_own_unit_between_the_first_person_and_the_second():
    facts = waiting_for("accept-product", "aucatzyl")
    made = facts.last(ManufactureCompleted)
    assert made is not None
    unit, other = made.units[:2]
    assert pending_label(facts, unit) is None
    once = asked(facts, _relabel(facts, unit=unit), LABORATORY)
    assert (pending_label(once, unit) or once).label == "L-2"  # type: ignore[union-attr]
    assert pending_label(once, other) is None
    both = asked(once, _relabel(once, unit=other), LABORATORY)
    done = asked(both, _relabel(both, unit=unit), ANOTHER)
    assert pending_label(done, unit) is None
    assert pending_label(done, other) is not None
    again = asked(done, _relabel(done, "L-3", unit=unit), LABORATORY)
    assert label_version(again, unit) == 2
    assert label_version(again, other) == 1


def test_a_unit_of_another_journey_or_with_another_coi_is_not_relabelled():
    facts = waiting_for("pack-shipment")
    others = waiting_for("pack-shipment", name="another")
    assert _code(facts, _relabel(facts, unit=_unit(others)), LABORATORY) == "unit-unknown"
    assert _code(facts, _relabel(facts, scanned_coi=others.coi), LABORATORY) == "coi-mismatch"


def test_a_new_label_undoes_the_check_of_the_old_one():
    facts = waiting_for("check-identity")
    first = next_command(facts)
    once = asked(facts, first.command, first.actor)
    assert len(checks_of(once, "preparation")) == 1
    relabelled = asked(asked(once, _relabel(once), LABORATORY), _relabel(once), ANOTHER)
    assert checks_of(relabelled, "preparation") == ()
    assert relabelled.step == facts.step


def test_a_label_that_two_people_have_checked_for_a_dose_is_not_replaced():
    for command in ("thaw-product", "administer-dose"):
        facts = waiting_for(command)
        assert _code(facts, _relabel(facts), LABORATORY) == "relabel-too-late"


def test_a_mismatch_is_not_overridden_by_typing_the_right_numbers():
    mine, theirs = waiting_for("start-manufacture"), waiting_for("start-manufacture", name="two")
    wrong = next_command(theirs).command.model_copy(update={"occurred_at": mine.since})
    assert isinstance(wrong, StartManufacture)
    stopped = asked(mine, wrong, next_command(mine).actor)
    found = stopped.last(LabelMismatched)
    assert found is not None
    assert (found.place, found.differs) == ("manufacture", ("coi", "unit"))
    with pytest.raises(Refused) as refused:
        decide(next_command(mine).command, stopped, LATE, next_command(mine).actor)
    assert refused.value.code == "journey-held"


def test_the_other_journey_is_stopped_once_for_one_scan():
    facts = waiting_for("pack-shipment")
    since = facts.since
    assert since is not None
    command = ImplicateJourney(occurred_at=since, scanned_in=facts.journey, seq=9, read=("coi",))
    stopped = asked(facts, command, ENGINE)
    assert isinstance(stopped.history[-1].event, JourneyImplicated)
    assert stopped.hold == stopped.history[-1]
    assert decide(command, stopped, LATE, ENGINE) == []
