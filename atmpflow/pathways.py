"""The stages of each modality, the steps inside them, who owns each and which event ends it.

This is the whole process as data: a step is one thing a journey waits for. The engine's own steps
(owner `system`) are done by the stage's flow, all others by people. `within` is an operational
default that opens a reminder; limits that come from a licence are in the product files.
"""

from functools import cache

from atmpflow.commands import (
    administration,
    admission,
    after,
    collection,
    contact,
    damage,
    exception,
    manufacture,
    patient,
    recovery,
    remaking,
    shipment,
)
from atmpflow.message import Command
from atmpflow.people import Role
from atmpflow.products.spec import ProductSpec
from atmpflow.rules.deviation import DECIDE_WITHIN, OWNER
from atmpflow.steps import DAY, HOUR, Stage, Step, engine

REFERRAL = Stage(
    "referral",
    "Referral",
    (engine(admission.AcceptReferral, "referral.accepted"),),
)

ELIGIBILITY = Stage(
    "eligibility",
    "Eligibility",
    (
        Step(
            admission.RecordScreening,
            Role.COORDINATOR,
            ("screening.recorded",),
            within=14 * DAY,
        ),
        engine(admission.AssessEligibility, "eligibility.assessed"),
        Step(
            admission.ConfirmEligibility,
            Role.PHYSICIAN,
            ("eligibility.confirmed",),
            within=7 * DAY,
            also=(admission.RecordScreening,),
        ),
    ),
)

APPROVAL = Stage(
    "approval",
    "Panel approval",
    (
        engine(admission.SubmitToPanel, "panel.submitted"),
        Step(admission.RecordPanelDecision, Role.PANEL, ("panel.approved",), within=7 * DAY),
    ),
)

CONSENT = Stage(
    "consent",
    "Consent",
    (
        Step(
            admission.RecordConsent,
            Role.PHYSICIAN,
            ("consent.given",),
            within=14 * DAY,
            returns_on=("consent.insufficient",),
        ),
        engine(admission.VerifyConsent, "consent.verified"),
    ),
)

SCHEDULING = Stage(
    "scheduling",
    "Slots",
    (
        engine(admission.BookSlots, "slots.booked"),
        Step(admission.ConfirmSlot, Role.MANUFACTURER, ("slot.confirmed",), within=3 * DAY),
    ),
)

_ANEW = (recovery.OrderRecollection, recovery.OrderReplacement, recovery.GiveUpSupply)
_UNDER_WAY = (*_ANEW, recovery.ChangeCourier, recovery.Reschedule)
"""Ways out that stay open as long as nothing was given."""

ORDERING = Stage(
    "ordering",
    "Order",
    (
        Step(
            admission.PlaceOrder,
            Role.SYSTEM,
            ("order.placed",),
            within=HOUR,
            also=(admission.RecordScreening,),
        ),
        Step(admission.ConfirmOrder, Role.MANUFACTURER, ("order.confirmed",), within=5 * DAY),
    ),
    also=_ANEW,
)

MATCHING = Stage(
    "matching",
    "HLA match and allocation",
    (
        engine(admission.AllocateUnit, "unit.allocated"),
        Step(
            admission.ConfirmAllocation,
            Role.PHYSICIAN,
            ("allocation.confirmed",),
            within=3 * DAY,
        ),
    ),
    also=_ANEW,
)


def _after_failure(*passed: str) -> Step:
    """The decision after a batch or its product has failed; otherwise it is passed over."""
    return Step(
        remaking.OrderRemake,
        Role.PHYSICIAN,
        passed,
        within=3 * DAY,
        also=(recovery.OrderRecollection, remaking.GiveUpManufacture),
    )


COLLECTION = Stage(
    "collection",
    "Collection",
    (
        Step(
            collection.RecordCollection,
            Role.NURSE,
            ("collection.completed",),
            within=30 * DAY,
            also=(admission.RecordScreening, recovery.FailCollection),
            returns_on=("collection.short", "collection.failed"),
        ),
        Step(collection.RecordCellCount, Role.LABORATORY, ("material.tested",), within=12 * HOUR),
        engine(collection.AssessCollection, "material.accepted"),
    ),
    also=(*_ANEW, recovery.Reschedule),
)


def _leg(sender: Role, receiver: Role, again: type[Command]) -> tuple[Step, ...]:
    """The steps of one shipment; then the cold chain is judged, and what is lost replaced."""
    return (
        engine(shipment.BookCourier, "courier.booked"),
        Step(shipment.PackShipment, sender, ("shipment.packed",), within=5 * DAY),
        Step(shipment.CollectShipment, Role.COURIER, ("shipment.collected",), within=12 * HOUR),
        Step(shipment.DeliverShipment, Role.COURIER, ("shipment.delivered",), within=3 * DAY),
        Step(shipment.ReceiveShipment, receiver, ("shipment.received",), within=4 * HOUR),
        Step(shipment.RecordTemperatureLog, receiver, ("temperature.logged",), within=1 * DAY),
        engine(shipment.AssessShipment, "shipment.accepted", "shipment.quarantined"),
        Step(
            shipment.DecideDeviation,
            OWNER,
            ("shipment.accepted", "deviation.accepted", "deviation.rejected"),
            within=DECIDE_WITHIN,
        ),
        Step(
            again,
            Role.COORDINATOR,
            ("shipment.accepted", "deviation.accepted"),
            within=2 * DAY,
        ),
    )


DISPATCH = Stage(
    "dispatch",
    "Shipment out",
    _leg(Role.LABORATORY, Role.MANUFACTURER, recovery.OrderRecollection),
    also=_UNDER_WAY,
)

MANUFACTURE = Stage(
    "manufacture",
    "Manufacture",
    (
        engine(manufacture.OpenBatch, "batch.opened"),
        Step(
            manufacture.StartManufacture,
            Role.MANUFACTURER,
            ("manufacture.started",),
            within=7 * DAY,
        ),
        Step(
            manufacture.CompleteManufacture,
            Role.MANUFACTURER,
            ("manufacture.completed", "manufacture.failed"),
            within=60 * DAY,
            also=(remaking.ReportManufactureFailure,),
        ),
        _after_failure("manufacture.completed"),
    ),
    also=(*_ANEW, recovery.Reschedule),
)

QUALITY = Stage(
    "quality",
    "Quality control",
    (
        Step(
            manufacture.RecordQualityResults,
            Role.QUALITY_CONTROL,
            ("quality.results_recorded",),
            within=21 * DAY,
        ),
        engine(
            manufacture.AssessQuality,
            "quality.passed",
            "quality.out_of_specification",
        ),
        Step(
            manufacture.RejectBatch,
            Role.QP,
            ("quality.passed", "oos_product.requested", "batch.rejected"),
            within=2 * DAY,
            also=(
                manufacture.RecordQualityResults,
                exception.RecordRiskEvaluation,
                exception.RequestOosProduct,
            ),
        ),
        _after_failure("quality.passed", "oos_product.requested"),
    ),
    also=_ANEW,
)

RELEASE = Stage(
    "release",
    "QP release",
    (
        engine(manufacture.PrepareRelease, "release.prepared"),
        Step(
            manufacture.CertifyBatch,
            Role.QP,
            ("batch.certified", "batch.rejected"),
            within=3 * DAY,
            also=(manufacture.RejectBatch,),
        ),
        _after_failure("batch.certified"),
    ),
    also=_ANEW,
)


def _delivery(again: type[Command]) -> Stage:
    """The way to the centre; `again` replaces a product that was lost on it."""
    accept = Step(shipment.AcceptProduct, Role.PHARMACIST, ("product.accepted",), within=2 * DAY)
    steps = (*_leg(Role.MANUFACTURER, Role.PHARMACIST, again), accept)
    return Stage("delivery", "Shipment to the centre", steps, also=_UNDER_WAY)


DELIVERY = _delivery(recovery.OrderRecollection)
RESUPPLY = _delivery(recovery.OrderReplacement)

CONDITIONING = Stage(
    "conditioning",
    "Conditioning",
    (
        engine(administration.ClearForConditioning, "conditioning.cleared"),
        Step(
            administration.StartConditioning,
            Role.PHYSICIAN,
            ("conditioning.started",),
            within=21 * DAY,
        ),
        Step(
            administration.CompleteConditioning,
            Role.PHYSICIAN,
            ("conditioning.completed",),
            within=10 * DAY,
        ),
    ),
    also=(patient.AssessFitness, *_ANEW),
)

_GATE = (
    Step(
        administration.ClearForAdministration,
        Role.SYSTEM,
        ("administration.cleared",),
        within=HOUR,
        returns_on=("dose.administered", "product.damaged"),
    ),
    Step(administration.PrescribeDose, Role.PHYSICIAN, ("dose.prescribed",), within=21 * DAY),
    Step(
        administration.CheckIdentity,
        Role.CHECKER,
        ("identity.confirmed_before_preparation",),
        within=3 * DAY,
    ),
)
_THAW = Step(administration.ThawProduct, Role.LABORATORY, ("product.thawed",), within=6 * HOUR)
_PREPARE = Step(administration.PrepareDose, Role.PHARMACIST, ("dose.prepared",), within=1 * DAY)
_GIVE = (
    Step(
        administration.CheckIdentity,
        Role.CHECKER,
        ("identity.confirmed_before_administration",),
        within=1 * HOUR,
    ),
    Step(
        administration.AdministerDose,
        Role.PHYSICIAN,
        ("treatment.completed", "dose.lost"),
        within=1 * HOUR,
    ),
)


def _after_loss(again: type[Command]) -> Step:
    """The decision after too few units are left; otherwise it is passed over."""
    passed, also = ("treatment.completed",), (damage.GiveUpProduct,)
    return Step(again, Role.PHYSICIAN, passed, within=1 * DAY, also=also)


def _administration(begins: frozenset[str], *, made: bool) -> Stage:
    """Gate, prescription, checks, thaw and preparation as the product needs, checks, dose."""
    ready = ((_THAW,) if "thaw" in begins else ()) + (
        (_PREPARE,) if begins & {"preparation", "opening"} else ()
    )
    lost = _after_loss(remaking.OrderRemake if made else recovery.OrderReplacement)
    steps = (*_GATE, *ready, *_GIVE, lost)
    also = (patient.AssessFitness, damage.ReportDamage, *_ANEW)
    return Stage("administration", "Administration", steps, also=also)


MONITORING = Stage(
    "monitoring",
    "Monitoring",
    (
        engine(after.PlanMonitoring, "monitoring.planned"),
        Step(
            after.CompleteMonitoring,
            Role.PHYSICIAN,
            ("monitoring.completed",),
            within=60 * DAY,
            also=(after.GradeToxicity,),
        ),
    ),
)

FOLLOW_UP = Stage(
    "follow_up",
    "Follow-up",
    (
        engine(after.PlanFollowUp, "follow_up.planned"),
        Step(
            after.RecordFollowUp,
            Role.PHYSICIAN,
            ("journey.completed",),
            within=30 * DAY,
            also=(after.GradeToxicity, contact.RecordContactAttempt, contact.DeclareLost),
        ),
    ),
)

_ADMISSION = (REFERRAL, ELIGIBILITY, APPROVAL, CONSENT)
_MADE = (SCHEDULING, COLLECTION, DISPATCH, MANUFACTURE, QUALITY, RELEASE, DELIVERY)


def stages_of(product: ProductSpec) -> tuple[Stage, ...]:
    """The stages of a product's pathway, in order."""
    begins = frozenset(window.begins for window in product.use_windows)
    return _stages(product.pathway, begins, conditioned=product.conditioning is not None)


@cache
def _stages(pathway: str, begins: frozenset[str], *, conditioned: bool) -> tuple[Stage, ...]:
    supply = {
        "autologous": _MADE,
        "tissue-engineered": _MADE,
        "in-vivo": (ORDERING, RESUPPLY),
        "allogeneic": (MATCHING, RESUPPLY),
    }[pathway]
    condition = (CONDITIONING,) if conditioned else ()
    give = _administration(begins, made=pathway in ("autologous", "tissue-engineered"))
    return (*_ADMISSION, *supply, *condition, give, MONITORING, FOLLOW_UP)


STAGE_NAMES = (
    "referral", "eligibility", "approval", "consent", "scheduling", "ordering", "matching",
    "collection", "dispatch", "manufacture", "quality", "release", "delivery", "conditioning",
    "administration", "monitoring", "follow_up",
)  # fmt: skip
"""Every stage of every pathway; each has a flow, a deployment and a trigger."""
