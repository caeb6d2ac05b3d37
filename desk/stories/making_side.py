"""Stories of making: batches that fail or are out of specification, bags that break."""

from datetime import datetime, timedelta

from atmpflow.commands import damage, exception, manufacture, recovery, remaking
from atmpflow.events.administration import DoseAdministered
from atmpflow.events.damage import ProductDamaged
from atmpflow.events.exception import RiskEvaluated
from atmpflow.events.manufacture import BatchOpened, BatchRejected, TestResult
from atmpflow.events.remaking import ManufactureFailed
from atmpflow.journey import Facts
from atmpflow.people import Role
from atmpflow.rules.supply import usable
from desk.simulation.making import complete_manufacture
from desk.simulation.site import Move
from desk.simulation.values import good_result
from desk.stories.story import MINUTE, Story, by

HOUR = 60 * MINUTE


def _batch(facts: Facts) -> str:
    opened = facts.last(BatchOpened)
    return opened.batch if opened else ""


def _fails(facts: Facts, since: datetime, *, left: bool) -> Move | None:
    if facts.ever(ManufactureFailed):
        return None
    failed = remaking.ReportManufactureFailure(
        occurred_at=since + HOUR,
        batch=_batch(facts),
        reason="contamination",
        report="SIMULATED-DEV-1",
        material_left=left,
    )
    return by(Role.MANUFACTURER, failed)


def _fails_with_material(facts: Facts, since: datetime) -> Move | None:
    return _fails(facts, since, left=True)


def _fails_without(facts: Facts, since: datetime) -> Move | None:
    return _fails(facts, since, left=False)


def _remakes(facts: Facts, since: datetime) -> Move | None:
    ordered = remaking.OrderRemake(
        occurred_at=since + HOUR,
        confirmation="SIMULATED-MAIL-1",
        material_expires_at=since + timedelta(days=365),
    )
    return by(Role.PHYSICIAN, ordered)


def _collects_again(facts: Facts, since: datetime) -> Move | None:
    again = recovery.OrderRecollection(occurred_at=since + HOUR, reason="manufacture-failed")
    return by(Role.COORDINATOR, again)


def _gives_up_making(facts: Facts, since: datetime) -> Move | None:
    over = remaking.GiveUpManufacture(occurred_at=since + HOUR, reason="SIMULATED-MDT-1")
    return by(Role.PHYSICIAN, over)


def _gives_up_product(facts: Facts, since: datetime) -> Move | None:
    over = damage.GiveUpProduct(occurred_at=since + HOUR, reason="SIMULATED-MDT-1")
    return by(Role.PHYSICIAN, over)


def _wrong_results(facts: Facts, since: datetime) -> Move | None:
    if facts.ever(BatchRejected):
        return None
    right = [good_result(test) for test in facts.product.release_tests]
    results = [
        TestResult(test=one.test, value=1.0) if one.test == "viability" else one for one in right
    ]
    command = manufacture.RecordQualityResults(
        occurred_at=since + HOUR, batch=_batch(facts), results=tuple(results)
    )
    return by(Role.QUALITY_CONTROL, command)


def _rejects(facts: Facts, since: datetime) -> Move | None:
    command = manufacture.RejectBatch(
        occurred_at=since + HOUR, batch=_batch(facts), reason="SIMULATED-OOS-1", material_left=True
    )
    return by(Role.QP, command)


def _evaluates_and_asks(facts: Facts, since: datetime) -> Move | None:
    """The maker says what it risks; then the physician asks for it all the same."""
    at = since + HOUR
    if not facts.last(RiskEvaluated):
        # Another than who made the batch; the evaluation is a signature of its own.
        evaluated = exception.RecordRiskEvaluation(occurred_at=at, document="SIMULATED-RE-1")
        return by(Role.MANUFACTURER, evaluated, person=2)
    asked = exception.RequestOosProduct(
        occurred_at=at, document="SIMULATED-RQ-1", no_alternative=True, immediate_hazard=True
    )
    return by(Role.PHYSICIAN, asked)


def _breaks(facts: Facts, since: datetime) -> Move | None:
    """The first bag breaks as it is thawed or drawn up."""
    if facts.ever(ProductDamaged):
        return None
    broke = damage.ReportDamage(
        occurred_at=since + MINUTE,
        scanned_unit=usable(facts)[0],
        scanned_coi=facts.coi,
        reason="bag-broke",
        report="SIMULATED-DEV-2",
    )
    return by(Role.LABORATORY, broke)


def _second_breaks(facts: Facts, since: datetime) -> Move | None:
    return _breaks(facts, since) if facts.ever(DoseAdministered) else None


def _makes_one_more(facts: Facts, since: datetime) -> Move | None:
    command = complete_manufacture(facts, since)
    assert isinstance(command, manufacture.CompleteManufacture)  # noqa: S101 - what it makes
    units = (*command.units, f"{_batch(facts)}-SPARE")
    return by(Role.MANUFACTURER, command.model_copy(update={"units": units}))


def _orders_another(facts: Facts, since: datetime) -> Move | None:
    another = recovery.OrderReplacement(occurred_at=since + HOUR, reason="damaged")
    return by(Role.PHYSICIAN, another)


STORIES = (
    Story(
        name="manufacture-failed-remade",
        title="A batch fails, and another one is made of what is left",
        product="kymriah",
        goes_wrong="The culture is contaminated; a part of the material was kept back.",
        turns={"complete-manufacture": _fails_with_material, "order-remake": _remakes},
    ),
    Story(
        name="manufacture-failed-recollected",
        title="A batch fails, and the patient is collected again",
        product="kymriah",
        goes_wrong="The culture is contaminated and nothing is left of the material.",
        turns={"complete-manufacture": _fails_without, "order-remake": _collects_again},
    ),
    Story(
        name="manufacture-failed-given-up",
        title="A batch fails, and no other is made",
        product="kymriah",
        goes_wrong="The culture is contaminated; the team decides on another therapy.",
        turns={"complete-manufacture": _fails_with_material, "order-remake": _gives_up_making},
    ),
    Story(
        name="batch-rejected-remade",
        title="A batch is rejected, and another one is made",
        product="kymriah",
        goes_wrong="Viability is far below its specification; the Qualified Person rejects it.",
        turns={
            "record-quality-results": _wrong_results,
            "reject-batch": _rejects,
            "order-remake": _remakes,
        },
    ),
    Story(
        name="out-of-specification-given",
        title="A product out of specification is given on request",
        product="kymriah",
        goes_wrong="Viability is too low; there is no time and no alternative for this patient.",
        turns={"record-quality-results": _wrong_results, "reject-batch": _evaluates_and_asks},
    ),
    Story(
        name="bag-broken-remade",
        title="The only bag breaks at the thaw of a conditioned patient",
        product="kymriah",
        goes_wrong="The bag breaks in the water bath after conditioning; there is no other.",
        turns={"thaw-product": _breaks, "order-remake": _remakes},
    ),
    Story(
        name="bag-broken-spare",
        title="A bag breaks, and a spare one is given",
        product="kymriah",
        goes_wrong="The bag breaks in the water bath; everything begins anew with the other.",
        turns={"complete-manufacture": _makes_one_more, "thaw-product": _breaks},
    ),
    Story(
        name="second-bag-broken",
        title="The bag of the second dose breaks",
        product="aucatzyl",
        goes_wrong="After the first dose the second bag breaks; the patient is watched over.",
        turns={"thaw-product": _second_breaks, "order-remake": _gives_up_product},
    ),
    Story(
        name="vial-broken-replaced",
        title="A vial breaks, and another is ordered",
        product="hemgenix",
        goes_wrong="The kit breaks as the dose is drawn up; the maker sends another.",
        turns={"prepare-dose": _breaks, "order-replacement": _orders_another},
    ),
    Story(
        name="allocated-bag-broken",
        title="An allocated bag breaks, and others are allocated",
        product="ebvallo",
        goes_wrong="The first bag breaks at its thaw; others are allocated from stock.",
        turns={"thaw-product": _breaks, "order-replacement": _orders_another},
    ),
)
