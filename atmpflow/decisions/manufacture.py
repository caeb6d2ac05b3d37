"""Manufacture, tests and release: what follows from each command."""

from datetime import datetime, timedelta

from atmpflow.commands import manufacture as ask
from atmpflow.decisions.guard import objections, require, require_right, require_same, require_units
from atmpflow.decisions.mismatch import mismatched
from atmpflow.errors import Refused
from atmpflow.events import manufacture as fact
from atmpflow.events.collection import CollectionCompleted
from atmpflow.journey import Facts
from atmpflow.message import Event, event_of
from atmpflow.rules.exception import out_of_specification
from atmpflow.rules.quality import judge_results
from atmpflow.rules.release import judge_certifier, judge_record
from atmpflow.rules.remaking import material_expires_at


def open_batch(command: ask.OpenBatch, facts: Facts, now: datetime) -> list[Event]:
    require_right(
        command.batch not in {event.batch for _, event in facts.ever(fact.BatchOpened)},
        "batch-taken",
        "batch",
        "An earlier batch of this journey has this number.",
        "Give another number.",
    )
    return [event_of(fact.BatchOpened, command)]


def start_manufacture(command: ask.StartManufacture, facts: Facts, now: datetime) -> list[Event]:
    collected = facts.last(CollectionCompleted)
    if collected is None:
        raise Refused("out-of-order", "", "Nothing was collected.", "Record the collection first.")
    if stopped := mismatched(command, facts, "manufacture", units=(collected.unit,)):
        return stopped
    expires = material_expires_at(facts)
    require_right(
        expires is not None and command.occurred_at < expires,
        "expired",
        "occurred_at",
        "The starting material is past its expiry.",
        "Do not manufacture; ask the centre for a new collection: order-recollection.",
    )
    return [event_of(fact.ManufactureStarted, command)]


def complete_manufacture(
    command: ask.CompleteManufacture, facts: Facts, now: datetime
) -> list[Event]:
    latest = command.occurred_at + timedelta(hours=facts.product.storage.shelf_life_h)
    require_right(
        command.occurred_at < command.expires_at <= latest,
        "expiry-impossible",
        "expires_at",
        "The expiry is not within the product's shelf life.",
        f"Give an expiry after completion and not after {latest:%Y-%m-%d %H:%M} UTC.",
    )
    require_units(command.units, len(facts.product.dose.days))
    return [event_of(fact.ManufactureCompleted, command)]


def require_batch(number: str, facts: Facts) -> None:
    opened = facts.last(fact.BatchOpened)
    expected = opened.batch if opened else None
    require_same(number, expected, code="batch-mismatch", field="batch", what="batch number")


def record_quality_results(
    command: ask.RecordQualityResults, facts: Facts, now: datetime
) -> list[Event]:
    require_batch(command.batch, facts)
    known = {test.name for test in facts.product.release_tests}
    unknown = sorted({result.test for result in command.results} - known)
    require_right(
        not unknown,
        "test-unknown",
        "results",
        f"This product has no test {', '.join(unknown)}.",
        f"Use: {', '.join(sorted(known))}.",
    )
    return [event_of(fact.QualityResultsRecorded, command)]


def assess_quality(command: ask.AssessQuality, facts: Facts, now: datetime) -> list[Event]:
    results = [one for _, event in facts.all(fact.QualityResultsRecorded) for one in event.results]
    judged = judge_results(facts.product.release_tests, results)
    if judged.allowed:
        return [fact.QualityPassed()]
    return [fact.QualityOutOfSpecification(objections=objections(judged))]


def prepare_release(command: ask.PrepareRelease, facts: Facts, now: datetime) -> list[Event]:
    missing = objections(judge_record(facts, command.occurred_at))
    return [fact.ReleasePrepared(missing=missing)]


def certify_batch(command: ask.CertifyBatch, facts: Facts, now: datetime) -> list[Event]:
    require_batch(command.batch, facts)
    _require_known(command, facts)
    require(
        judge_record(facts, command.occurred_at),
        code="record-incomplete",
        field="batch",
        remedy="Complete the batch record, or reject the batch.",
    )
    return [event_of(fact.BatchCertified, command)]


def _require_known(command: ask.CertifyBatch, facts: Facts) -> None:
    """The QP says what the results say; nobody certifies out of specification unawares."""
    wrong = out_of_specification(facts)
    require_right(
        command.out_of_specification == wrong,
        "specification-differs",
        "out_of_specification",
        f"By its results the batch is {'out of' if wrong else 'in'} specification.",
        "Review the results; certify it as what it is, or reject the batch.",
    )


def reject_batch(command: ask.RejectBatch, facts: Facts, now: datetime) -> list[Event]:
    require_batch(command.batch, facts)
    return [event_of(fact.BatchRejected, command)]


def require_independent(person: str, facts: Facts) -> None:
    """The QP who decides has neither made nor checked the batch (EU GMP Part IV 11)."""
    require(
        judge_certifier(facts, person),
        code="qp-not-independent",
        field="actor",
        remedy="Another Qualified Person must decide.",
    )
