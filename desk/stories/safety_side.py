"""Stories of safety: labels, recalls and harm, which look beyond one journey."""

from datetime import datetime
from typing import Any

from sqlalchemy import Engine

from atmpflow.commands.after import Withdraw
from atmpflow.commands.harm import FollowUpAdverseEvent, ReportAdverseEvent, TakeSafetyMeasure
from atmpflow.commands.identity import RelabelUnit
from atmpflow.commands.manufacture import StartManufacture
from atmpflow.events.administration import IdentityMismatched
from atmpflow.events.collection import CollectionCompleted
from atmpflow.events.harm import AdverseEventFollowedUp, AdverseEventReported, SafetyMeasureTaken
from atmpflow.events.identity import LabelMismatched, UnitRelabelled
from atmpflow.events.manufacture import BatchOpened, Lot
from atmpflow.events.recall import RecallReached
from atmpflow.journey import Facts
from atmpflow.people import Role
from atmpflow.rules.administration import treated
from atmpflow.rules.labels import pending_label
from desk.simulation.people import actor
from desk.simulation.site import Move, next_move
from desk.stories.story import MINUTE, Story, by, latest
from models.database import transaction
from models.recalling import TakenBack, open_recall
from models.record import Request, record
from tasks import clock
from tasks.recall import spread

VECTOR = "SIMULATED-LV-1"
"""A lot that goes into more than one batch."""
ANOTHER = "SELECT coi FROM journey WHERE id <> %s AND ended IS NULL ORDER BY opened_at DESC LIMIT 1"


def _waits_for(facts: Facts, command: str) -> bool:
    return facts.hold is None and facts.step is not None and facts.step.command.name == command


def _collected(facts: Facts) -> str:
    collected = facts.last(CollectionCompleted)
    assert collected is not None  # noqa: S101 - only asked after the collection
    return collected.unit


def _another(engine: Engine, facts: Facts) -> str | None:
    """The chain-of-identity id of another patient under treatment."""
    with transaction(engine) as connection:
        row: Any = connection.execute(ANOTHER, (facts.journey,)).fetchone()
    return None if row is None else row[0]


def _another_label_is_read(engine: Engine, facts: Facts) -> bool:
    """The manufacturer's operator scans another patient's label on the bag."""
    if not _waits_for(facts, "start-manufacture") or facts.ever(LabelMismatched):
        return False
    coi = _another(engine, facts)
    if coi is None:
        return False
    at = latest(facts) + 30 * MINUTE
    wrong = StartManufacture(occurred_at=at, scanned_unit=_collected(facts), scanned_coi=coi)
    return _recorded(engine, facts, by(Role.MANUFACTURER, wrong))


def _another_wristband_is_read(engine: Engine, facts: Facts) -> bool:
    """The first checker is at another patient's bed."""
    if not _waits_for(facts, "check-identity") or facts.ever(IdentityMismatched):
        return False
    coi, move = _another(engine, facts), next_move(facts)
    if coi is None or move is None:
        return False
    wrong = move.command.model_copy(update={"scanned_patient": coi})
    return _recorded(engine, facts, Move(wrong, move.actor))


def _recorded(engine: Engine, facts: Facts, move: Move) -> bool:
    key = f"story:{facts.journey}:{facts.version}"
    request = Request(move.command, move.actor, key, facts.journey, facts.version)
    record(engine, request, clock.wall())
    return True


def _relabels(facts: Facts, since: datetime) -> Move | None:
    """Ice has taken the label: two technicians replace it, and what it said is kept."""
    unit = _collected(facts)
    if facts.ever(UnitRelabelled):
        return None
    command = RelabelUnit(
        occurred_at=since + 20 * MINUTE,
        unit=unit,
        scanned_coi=facts.coi,
        label=f"SIM-LABEL-{facts.journey.hex[:8]}-2",
        old_label="unreadable",
        reason="unreadable",
    )
    return by(Role.LABORATORY, command, person=2 if pending_label(facts, unit) else 1)


def _batch_is_recalled(engine: Engine, facts: Facts) -> bool:
    """The maker takes the batch back when it is on site."""
    opened = facts.last(BatchOpened)
    return opened is not None and _taken_back(engine, facts, "batch", opened.batch)


def _vector_is_recalled(engine: Engine, facts: Facts) -> bool:
    """The maker of the vector takes a lot back that has gone into two batches."""
    return _taken_back(engine, facts, "vector", VECTOR)


def _taken_back(engine: Engine, facts: Facts, kind: str, lot: str) -> bool:
    if not _waits_for(facts, "start-conditioning") or facts.ever(RecallReached):
        return False
    at = latest(facts) + 60 * MINUTE
    taken = TakenBack(kind, lot, 2, f"SIMULATED-DMRC-{lot}", at)
    open_recall(engine, taken, actor(Role.QP), max(at, clock.wall()))
    spread(engine)
    return True


def _made_with_the_lot(facts: Facts, since: datetime) -> Move | None:
    """Manufacture begins with the lot of vector that is taken back later."""
    move = next_move(facts)
    assert move is not None  # noqa: S101 - the site plays every journey to its manufacture
    lots = (Lot(kind="vector", lot=VECTOR),)
    return Move(move.command.model_copy(update={"lots": lots}), move.actor)


def _gives_it_up(facts: Facts, since: datetime) -> Move | None:
    """What is recalled is not given: the physician ends this treatment."""
    if treated(facts):
        return None
    return by(Role.PHYSICIAN, Withdraw(occurred_at=since + 60 * MINUTE, reason="other-treatment"))


def _harm(facts: Facts, since: datetime) -> Move | None:
    """A reaction nobody expected; it becomes life-threatening, and the trial acts at once."""
    at = since + 60 * MINUTE
    case: dict[str, Any] = {
        "case": "SIMULATED-AE-1", "term": "10052015", "expected": False, "related": True,
        "onset_at": since, "aware_at": at, "occurred_at": at,
    }  # fmt: skip
    if not facts.ever(AdverseEventReported):
        return by(Role.PHYSICIAN, ReportAdverseEvent(severity="serious", **case))
    if not facts.ever(AdverseEventFollowedUp):
        return by(Role.PHYSICIAN, FollowUpAdverseEvent(severity="life-threatening", **case))
    if not facts.ever(SafetyMeasureTaken):
        measure = TakeSafetyMeasure(occurred_at=at, case=case["case"], reference="SIMULATED-USM-1")
        return by(Role.PHYSICIAN, measure)
    return None


STORIES = (
    Story(
        name="swapped-bags",
        title="Another patient's label before manufacture",
        product="kymriah",
        goes_wrong="Another patient's label is read on the bag; both journeys stop at once.",
        beside=_another_label_is_read,
        others=1,
    ),
    Story(
        name="wrong-wristband",
        title="Another patient's wristband before the thaw",
        product="kymriah",
        goes_wrong="A checker reads another patient's wristband; nothing is thawed, both stop.",
        beside=_another_wristband_is_read,
        others=1,
    ),
    Story(
        name="unreadable-label",
        title="A label that cannot be read",
        product="kymriah",
        goes_wrong="Frost has taken the label; two people replace it and the old one is kept.",
        turns={"pack-shipment": _relabels},
    ),
    Story(
        name="recall",
        title="The batch is recalled when it is on site",
        product="kymriah",
        goes_wrong="The maker takes the batch back before it is given; it is never given.",
        beside=_batch_is_recalled,
        turns={"lift-hold": _gives_it_up},
    ),
    Story(
        name="vector-recalled",
        title="A lot of vector is recalled that two patients' cells were made with",
        product="kymriah",
        goes_wrong="One lot went into two batches; both patients are found, treated or not.",
        beside=_vector_is_recalled,
        turns={"start-manufacture": _made_with_the_lot, "lift-hold": _gives_it_up},
        others=1,
        shared={"start-manufacture": _made_with_the_lot, "lift-hold": _gives_it_up},
    ),
    Story(
        name="susar",
        title="A suspected unexpected serious adverse reaction in a trial",
        product="kymriah",
        trial="ISRCTN12345678",
        goes_wrong="A reaction that nobody expected becomes life-threatening; each clock runs.",
        turns={"complete-monitoring": _harm},
    ),
)
