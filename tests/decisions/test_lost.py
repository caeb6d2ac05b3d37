"""Nobody is lost to follow-up in silence, and whoever is found goes on where they were."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atmpflow.commands.after import RecordFollowUp
from atmpflow.commands.contact import DeclareLost, RecordContactAttempt, RecordFound
from atmpflow.commands.patient import RecordDeath
from atmpflow.decide import decide
from atmpflow.duties import open_duties
from atmpflow.errors import Refused
from atmpflow.events.after import FollowUpPlanned, PatientDied
from atmpflow.events.consent import ConsentWithdrawn
from atmpflow.journey import Facts
from atmpflow.people import Actor, Role
from atmpflow.rules.lost import ATTEMPTS, PERIOD, WAYS
from atmpflow.waits import next_visit, timers, waits_for
from tests.memory import LATE, asked, next_command, stepped, waiting_for, with_event

PHYSICIAN = Actor("a-physician", Role.PHYSICIAN)
FOLLOWED = stepped(waiting_for("record-follow-up"))
"""One visit is recorded, and the next one will be missed."""

EVERYTHING = ("telephone", "letter", "gp", "registry")


def _due() -> datetime:
    visit = next_visit(FOLLOWED)
    assert visit is not None
    return visit.due_at


def _tried(ways, *, over: timedelta = PERIOD, outcome: str = "no-answer") -> Facts:
    facts, pause = FOLLOWED, over / max(len(ways) - 1, 1)
    for number, way in enumerate(ways):
        attempt = RecordContactAttempt(
            occurred_at=_due() + number * pause, way=way, outcome=outcome
        )
        facts = asked(facts, attempt, PHYSICIAN)
    return facts


def _declared(facts: Facts) -> Facts:
    at = max(facts.history[-1].occurred_at, _due())
    return asked(facts, DeclareLost(occurred_at=at), PHYSICIAN)


def _refused(facts: Facts, command=None) -> Refused:
    at = max(facts.history[-1].occurred_at, _due())
    with pytest.raises(Refused) as refused:
        decide(command or DeclareLost(occurred_at=at), facts, LATE, PHYSICIAN)
    return refused.value


@given(
    st.lists(st.sampled_from([*EVERYTHING, "message", "relatives"]), max_size=7),
    st.integers(0, 60),
)
def test_nobody_is_declared_lost_before_everything_was_tried(ways: list[str], days: int):
    facts = _tried(ways, over=timedelta(days=days))
    enough = len(ways) >= ATTEMPTS and len(set(ways)) >= WAYS and days >= PERIOD.days
    if enough and {"gp", "registry"} <= set(ways):
        assert _declared(facts).ended == "lost-to-follow-up"
    else:
        assert _refused(facts).code == "not-lost"


def test_each_thing_that_was_not_done_is_named():
    message = _refused(_tried(["telephone"])).message
    assert all(code in message for code in ("attempts-few", "ways-few", "gp", "registry"))


def test_whoever_was_reached_is_not_lost():
    facts = _tried(EVERYTHING)
    reached = RecordContactAttempt(
        occurred_at=facts.history[-1].occurred_at + PERIOD, way="letter", outcome="reached"
    )
    assert _refused(asked(facts, reached, PHYSICIAN)).code == "not-lost"


def test_before_a_visit_is_due_nobody_is_lost():
    facts = FOLLOWED
    since = facts.since
    assert since is not None
    early = DeclareLost(occurred_at=facts.history[-1].occurred_at)
    assert "no-visit-missed" in _refused(facts, early).message


def test_the_plan_waits_and_goes_on_when_the_patient_is_found():
    lost = _declared(_tried(EVERYTHING))
    assert (waits_for(lost), lost.last(FollowUpPlanned)) == (
        None,
        FOLLOWED.last(FollowUpPlanned),
    )
    assert {timer.kind.partition(":")[0] for timer in timers(lost)} == {"duty"}
    assert any(one.name.startswith("report-lost") for one in open_duties(lost))
    at = lost.history[-1].occurred_at + timedelta(days=200)
    found = asked(lost, RecordFound(occurred_at=at, told_by="gp"), PHYSICIAN)
    assert (found.ended, found.stage, next_visit(found)) == (None, "follow_up", next_visit(lost))
    wait = waits_for(found)
    assert wait is not None
    assert wait.command == "record-follow-up"
    assert any(timer.kind.startswith("follow-up:") for timer in timers(found))


def test_attempts_of_before_do_not_count_when_the_patient_is_lost_again():
    lost = _declared(_tried(EVERYTHING))
    at = lost.history[-1].occurred_at + timedelta(days=200)
    found = asked(lost, RecordFound(occurred_at=at, told_by="patient"), PHYSICIAN)
    assert _refused(found, DeclareLost(occurred_at=at)).code == "not-lost"


def test_only_whoever_is_lost_can_be_found():
    found = RecordFound(occurred_at=LATE, told_by="gp")
    assert _refused(FOLLOWED, found).code == "not-lost"


def test_somebody_lost_may_turn_out_to_have_died():
    lost = _declared(_tried(EVERYTHING))
    died = asked(lost, RecordDeath(occurred_at=LATE, told_by="registry"), PHYSICIAN)
    assert died.ended == "died"
    assert died.last(PatientDied)


def test_a_missed_visit_is_recorded_as_not_assessed_and_not_as_alive():
    visit = next_command(FOLLOWED).command
    assert isinstance(visit, RecordFollowUp)
    missed = visit.model_copy(update={"alive": None, "disease": "not-assessed"})
    after = asked(FOLLOWED, missed, PHYSICIAN)
    assert next_visit(after) != next_visit(FOLLOWED)
    unsaid = visit.model_copy(update={"alive": None})
    assert _refused(FOLLOWED, unsaid).code == "alive-missing"


def test_a_missed_visit_is_no_sign_of_life():
    facts = _tried(EVERYTHING)
    visit = next_command(facts).command.model_copy(
        update={
            "alive": None,
            "disease": "not-assessed",
            "occurred_at": facts.history[-1].occurred_at,
        }
    )
    again = asked(facts, visit, PHYSICIAN)
    due = next_visit(again)
    assert due is not None
    assert asked(again, DeclareLost(occurred_at=due.due_at), PHYSICIAN).ended


def test_whoever_wishes_no_contact_is_not_contacted():
    at = FOLLOWED.history[-1].occurred_at
    facts = with_event(FOLLOWED, ConsentWithdrawn(scopes=("follow-up",)), at, PHYSICIAN)
    attempt = RecordContactAttempt(occurred_at=LATE, way="telephone", outcome="no-answer")
    assert _refused(facts, attempt).code == "contact-refused"
