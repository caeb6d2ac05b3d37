"""The stages of each modality, the steps inside them, who owns each and which event ends it.

This is the whole process as data: a step is one thing a journey waits for. The engine's own steps
(owner `system`) are done by the stage's flow, all others by people. `within` is an operational
default that opens a reminder; limits that come from a licence are in the product files.
"""

from dataclasses import dataclass
from datetime import timedelta
from functools import cache

from atmpflow.commands import (
    administration,
    admission,
    after,
    collection,
    contact,
    manufacture,
    patient,
    shipment,
)
from atmpflow.message import Command
from atmpflow.people import Role
from atmpflow.products.spec import ProductSpec

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Step:
    """One thing a journey waits for: a command, its owner, and the events that end the wait."""

    command: type[Command]
    owner: Role
    ended_by: tuple[str, ...]
    within: timedelta = 2 * DAY
    also: tuple[type[Command], ...] = ()
    """Commands that are also right while this step waits (a correction, a way out)."""
    returns_on: tuple[str, ...] = ()
    """Events that bring the journey back to wait for this step again."""


@dataclass(frozen=True, slots=True)
class Stage:
    """A named part of a pathway; has one flow of the same name."""

    name: str
    title: str
    steps: tuple[Step, ...]
    also: tuple[type[Command], ...] = ()
    """Commands that are right at every step of the stage (a way out, a change of plan)."""


def engine(command: type[Command], *ended_by: str) -> Step:
    """A step the engine does itself, at once."""
    return Step(command, Role.SYSTEM, ended_by, within=HOUR)


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

ORDERING = Stage(
    "ordering",
    "Order",
    (
        engine(admission.PlaceOrder, "order.placed"),
        Step(admission.ConfirmOrder, Role.MANUFACTURER, ("order.confirmed",), within=5 * DAY),
    ),
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
            also=(admission.RecordScreening,),
            returns_on=("collection.short",),
        ),
        Step(collection.RecordCellCount, Role.LABORATORY, ("material.tested",), within=12 * HOUR),
        engine(collection.AssessCollection, "material.accepted"),
    ),
)


def _leg(sender: Role, receiver: Role) -> tuple[Step, ...]:
    """The steps of one shipment; the last two judge the cold chain."""
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
            Role.QP,
            ("shipment.accepted", "deviation.accepted"),
            within=3 * DAY,
        ),
    )


DISPATCH = Stage("dispatch", "Shipment out", _leg(Role.LABORATORY, Role.MANUFACTURER))

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
            ("manufacture.completed",),
            within=60 * DAY,
        ),
    ),
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
            ("quality.passed",),
            within=2 * DAY,
            also=(manufacture.RecordQualityResults,),
        ),
    ),
)

RELEASE = Stage(
    "release",
    "QP release",
    (
        engine(manufacture.PrepareRelease, "release.prepared"),
        Step(
            manufacture.CertifyBatch,
            Role.QP,
            ("batch.certified",),
            within=3 * DAY,
            also=(manufacture.RejectBatch,),
        ),
    ),
)

DELIVERY = Stage(
    "delivery",
    "Shipment to the centre",
    (
        *_leg(Role.MANUFACTURER, Role.PHARMACIST),
        Step(shipment.AcceptProduct, Role.PHARMACIST, ("product.accepted",), within=2 * DAY),
    ),
)

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
    also=(patient.AssessFitness,),
)

_GATE = (
    Step(
        administration.ClearForAdministration,
        Role.SYSTEM,
        ("administration.cleared",),
        within=HOUR,
        returns_on=("dose.administered",),
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
        ("treatment.completed",),
        within=1 * HOUR,
    ),
)


def _administration(begins: frozenset[str]) -> Stage:
    """Gate, prescription, checks, thaw and preparation as the product needs, checks, dose."""
    ready = ((_THAW,) if "thaw" in begins else ()) + (
        (_PREPARE,) if begins & {"preparation", "opening"} else ()
    )
    steps = (*_GATE, *ready, *_GIVE)
    return Stage("administration", "Administration", steps, also=(patient.AssessFitness,))


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
        "in-vivo": (ORDERING, DELIVERY),
        "allogeneic": (MATCHING, DELIVERY),
    }[pathway]
    condition = (CONDITIONING,) if conditioned else ()
    give = _administration(begins)
    return (*_ADMISSION, *supply, *condition, give, MONITORING, FOLLOW_UP)


STAGE_NAMES = (
    "referral", "eligibility", "approval", "consent", "scheduling", "ordering", "matching",
    "collection", "dispatch", "manufacture", "quality", "release", "delivery", "conditioning",
    "administration", "monitoring", "follow_up",
)  # fmt: skip
"""Every stage of every pathway; each has a flow, a deployment and a trigger."""
