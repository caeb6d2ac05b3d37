"""What must be, written down a second time: who may ask what, after what, and what comes of it.

The oracle of the state machine knows nothing else. Nothing here is taken from the engine; a new
command or event has its line here, or `test_law` says that it is missing.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Law:
    """One command. `after`: the newest step before it; `brings`: each set of events it may have."""

    roles: frozenset[str]
    after: frozenset[str]
    brings: frozenset[tuple[str, ...]]
    held: bool = False
    """Whether it may come during a hold."""
    ended: bool = False
    """Whether it may come after the end."""


ANY = frozenset({"*"})
EVERYBODY = (
    "referrer coordinator panel treating-physician apheresis-nurse cell-laboratory courier"
    " manufacturer quality-control qualified-person atmp-pharmacist bedside-checker"
    " compliance-officer pharmacovigilance"
)
TEAM = "coordinator treating-physician apheresis-nurse"
STOP = "label.mismatched"
AT_THE_CENTRE = (
    "product.accepted/conditioned product.accepted/unconditioned conditioning.blocked"
    " conditioning.cleared conditioning.started conditioning.completed administration.blocked"
    " administration.cleared dose.prescribed identity.checked"
    " identity.confirmed_before_preparation/frozen identity.confirmed_before_preparation/fresh"
    " product.thawed/prepared product.thawed/ready dose.prepared"
    " identity.confirmed_before_administration dose.administered product.damaged dose.lost"
)
"""From the product's arrival to the last dose."""


def law(roles: str, after: str, brings: str, *, held: bool = False, ended: bool = False) -> Law:
    """`brings` separates what may come by `|`, and events that come together by `+`."""
    sets = frozenset(tuple(one.split("+")) if one.strip() else () for one in brings.split("|"))
    sets = frozenset(tuple(event.strip() for event in one) for one in sets)
    return Law(frozenset(roles.split()), frozenset(after.split()), sets, held, ended)


LAWS: dict[str, Law] = {
    "refer": law("referrer coordinator", "nothing", "referral.received"),
    "accept-referral": law("system", "referral.received", "referral.accepted"),
    "record-screening": law(
        "coordinator treating-physician",
        "referral.accepted eligibility.assessed slot.confirmed screening.recorded/again"
        " collection.short collection.failed",
        "screening.recorded",
    ),
    "assess-eligibility": law("system", "screening.recorded/first", "eligibility.assessed"),
    "confirm-eligibility": law(
        "treating-physician",
        "eligibility.assessed",
        "eligibility.confirmed|eligibility.declined",
    ),
    "submit-to-panel": law("system coordinator", "eligibility.confirmed", "panel.submitted"),
    "record-panel-decision": law(
        "panel coordinator", "panel.submitted", "panel.approved|panel.declined"
    ),
    "record-consent": law(
        "treating-physician", "panel.approved consent.insufficient", "consent.given"
    ),
    "verify-consent": law("system", "consent.given", "consent.verified|consent.insufficient"),
    "withdraw-consent": law(
        "referrer coordinator treating-physician apheresis-nurse atmp-pharmacist bedside-checker"
        " compliance-officer",
        "*",
        "consent.withdrawn|consent.withdrawn+hold.placed|consent.withdrawn+journey.withdrawn"
        "|consent.withdrawn+treatment.stopped|consent.withdrawn+follow_up.ended",
        held=True,
        ended=True,
    ),
    "renew-consent": law("treating-physician", "*", "consent.renewed", held=True),
    "book-slots": law(
        "system coordinator", "consent.verified/made recollection.ordered", "slots.booked"
    ),
    "confirm-slot": law("manufacturer", "slots.booked", "slot.confirmed"),
    "place-order": law(
        "system atmp-pharmacist",
        "consent.verified/in-vivo replacement.ordered/in-vivo",
        "order.placed",
    ),
    "confirm-order": law("manufacturer", "order.placed", "order.confirmed"),
    "allocate-unit": law(
        "system coordinator",
        "consent.verified/allogeneic replacement.ordered/allogeneic",
        "unit.allocated",
    ),
    "confirm-allocation": law("treating-physician", "unit.allocated", "allocation.confirmed"),
    "record-collection": law(
        "apheresis-nurse",
        "slot.confirmed screening.recorded/again collection.short collection.failed",
        f"collection.completed|{STOP}",
    ),
    "fail-collection": law(
        "apheresis-nurse",
        "slot.confirmed screening.recorded/again collection.short collection.failed",
        "collection.failed",
    ),
    # Ways out, which stay open from the collection to the last dose.
    "order-recollection": law("coordinator treating-physician", "*", "recollection.ordered"),
    "order-replacement": law(
        "coordinator treating-physician atmp-pharmacist", "*", "replacement.ordered"
    ),
    "give-up-supply": law("treating-physician", "*", "supply.given_up|treatment.stopped"),
    "change-courier": law("coordinator courier manufacturer", "*", "courier.changed"),
    "reschedule": law("coordinator manufacturer", "*", "slots.moved"),
    "record-cell-count": law("cell-laboratory", "collection.completed", "material.tested"),
    "assess-collection": law("system", "material.tested", "material.accepted|collection.short"),
    "book-courier": law(
        "system coordinator",
        "material.accepted batch.certified order.confirmed allocation.confirmed",
        "courier.booked",
    ),
    "pack-shipment": law(
        "cell-laboratory manufacturer", "courier.booked", f"shipment.packed|{STOP}"
    ),
    "collect-shipment": law(
        "courier",
        "shipment.packed",
        "shipment.collected|shipment.collected+oos_product.supplied",
    ),
    "deliver-shipment": law("courier", "shipment.collected", "shipment.delivered"),
    "receive-shipment": law(
        "manufacturer atmp-pharmacist", "shipment.delivered", f"shipment.received|{STOP}"
    ),
    "record-temperature-log": law(
        "courier manufacturer atmp-pharmacist", "shipment.received", "temperature.logged"
    ),
    "assess-shipment": law(
        "system", "temperature.logged", "shipment.accepted|shipment.quarantined"
    ),
    "decide-deviation": law(
        "qualified-person", "shipment.quarantined", "deviation.accepted|deviation.rejected"
    ),
    "open-batch": law(
        "system", "shipment.accepted/out deviation.accepted/out remake.ordered", "batch.opened"
    ),
    "start-manufacture": law("manufacturer", "batch.opened", f"manufacture.started|{STOP}"),
    "complete-manufacture": law("manufacturer", "manufacture.started", "manufacture.completed"),
    "record-quality-results": law(
        "quality-control",
        "manufacture.completed quality.out_of_specification risk.evaluated",
        "quality.results_recorded",
    ),
    "assess-quality": law(
        "system", "quality.results_recorded", "quality.passed|quality.out_of_specification"
    ),
    "prepare-release": law("system", "quality.passed oos_product.requested", "release.prepared"),
    "certify-batch": law("qualified-person", "release.prepared", "batch.certified"),
    "reject-batch": law(
        "qualified-person",
        "quality.out_of_specification risk.evaluated release.prepared",
        "batch.rejected",
    ),
    "report-manufacture-failure": law("manufacturer", "manufacture.started", "manufacture.failed"),
    "order-remake": law(
        "treating-physician", "manufacture.failed batch.rejected dose.lost", "remake.ordered"
    ),
    "give-up-manufacture": law(
        "treating-physician",
        "manufacture.failed batch.rejected",
        "manufacture.given_up|treatment.stopped",
    ),
    "record-risk-evaluation": law("manufacturer", "quality.out_of_specification", "risk.evaluated"),
    "request-oos-product": law("treating-physician", "risk.evaluated", "oos_product.requested"),
    "report-damage": law(
        "cell-laboratory atmp-pharmacist treating-physician",
        "product.accepted/unconditioned conditioning.completed administration.blocked"
        " administration.cleared dose.prescribed identity.checked"
        " identity.confirmed_before_preparation/frozen identity.confirmed_before_preparation/fresh"
        " product.thawed/prepared product.thawed/ready dose.prepared"
        " identity.confirmed_before_administration dose.administered product.damaged dose.lost",
        f"product.damaged|product.damaged+dose.lost|{STOP}",
    ),
    "give-up-product": law("treating-physician", "dose.lost", "product.given_up|treatment.stopped"),
    "accept-product": law(
        "atmp-pharmacist", "shipment.accepted/back deviation.accepted/back", "product.accepted"
    ),
    "clear-for-conditioning": law(
        "system",
        "product.accepted/conditioned conditioning.blocked",
        "conditioning.cleared|conditioning.blocked",
    ),
    "start-conditioning": law("treating-physician", "conditioning.cleared", "conditioning.started"),
    "complete-conditioning": law(
        "treating-physician", "conditioning.started", "conditioning.completed"
    ),
    "assess-fitness": law("treating-physician", AT_THE_CENTRE, "fitness.assessed"),
    "clear-for-administration": law(
        "system",
        "product.accepted/unconditioned conditioning.completed dose.administered"
        " administration.blocked product.damaged",
        "administration.cleared|administration.blocked",
    ),
    "prescribe-dose": law("treating-physician", "administration.cleared", "dose.prescribed"),
    "check-identity": law(
        "bedside-checker",
        "dose.prescribed identity.checked product.thawed/ready dose.prepared",
        "identity.checked|identity.mismatched"
        "|identity.checked+identity.confirmed_before_preparation"
        "|identity.checked+identity.confirmed_before_administration",
    ),
    "thaw-product": law(
        "cell-laboratory atmp-pharmacist",
        "identity.confirmed_before_preparation/frozen",
        f"product.thawed|{STOP}",
    ),
    "prepare-dose": law(
        "cell-laboratory atmp-pharmacist",
        "identity.confirmed_before_preparation/fresh product.thawed/prepared",
        f"dose.prepared|{STOP}",
    ),
    "administer-dose": law(
        "treating-physician",
        "identity.confirmed_before_administration",
        f"dose.administered|dose.administered+treatment.completed|{STOP}",
    ),
    "plan-monitoring": law("system", "treatment.completed treatment.stopped", "monitoring.planned"),
    "complete-monitoring": law("treating-physician", "monitoring.planned", "monitoring.completed"),
    "plan-follow-up": law("system", "monitoring.completed", "follow_up.planned|follow_up.ended"),
    "record-follow-up": law(
        "treating-physician coordinator",
        "follow_up.planned",
        "follow_up.recorded|follow_up.recorded+patient.died|follow_up.recorded+journey.completed",
    ),
    "grade-toxicity": law(
        "treating-physician",
        "monitoring.planned follow_up.planned",
        "toxicity.graded",
    ),
    "fire-timer": law(
        "system",
        "*",
        "|deadline.passed|material.expired|product.expired|follow_up.due|duty.overdue"
        "|transit.hold_time_near",
        held=True,
        ended=True,
    ),
    "place-hold": law(
        "coordinator treating-physician apheresis-nurse cell-laboratory manufacturer"
        " quality-control qualified-person atmp-pharmacist bedside-checker compliance-officer"
        " system",
        "*",
        "hold.placed",
        held=True,
    ),
    "lift-hold": law(
        "treating-physician atmp-pharmacist qualified-person compliance-officer",
        "*",
        "hold.lift_agreed|hold.lift_agreed+hold.lifted",
        held=True,
    ),
    "withdraw": law("referrer coordinator treating-physician", "*", "journey.withdrawn", held=True),
    "record-deterioration": law("treating-physician", "*", "patient.deteriorated", held=True),
    "record-death": law(
        "treating-physician coordinator apheresis-nurse", "*", "patient.died", held=True, ended=True
    ),
    "report-adverse-event": law(
        f"{TEAM} pharmacovigilance",
        "*",
        "adverse_event.reported|adverse_event.reported+hold.placed",
        held=True,
        ended=True,
    ),
    "follow-up-adverse-event": law(
        f"{TEAM} pharmacovigilance",
        "*",
        "adverse_event.followed_up|adverse_event.followed_up+hold.placed",
        held=True,
        ended=True,
    ),
    "take-safety-measure": law(
        "treating-physician pharmacovigilance", "*", "safety_measure.taken", held=True, ended=True
    ),
    "record-contact-attempt": law(TEAM, "follow_up.planned", "contact.attempted"),
    "declare-lost": law("treating-physician", "follow_up.planned", "patient.lost"),
    "record-found": law(TEAM, "*", "patient.found", held=True, ended=True),
    "fulfil-duty": law(EVERYBODY, "*", "duty.fulfilled", held=True, ended=True),
    "implicate-journey": law("system", "*", "|identity.implicated", held=True, ended=True),
    "predict-band-exit": law("system", "*", "|transit.band_exit_predicted", held=True),
    "notify-recall": law("system", "*", "|recall.reached", held=True, ended=True),
    "relabel-unit": law(
        "apheresis-nurse cell-laboratory manufacturer atmp-pharmacist compliance-officer",
        "*",
        "label.proposed|unit.relabelled",
        held=True,
    ),
}
"""Every command. `/word` after an event narrows it: which leg, which kind of product."""

HOLDS = frozenset(
    {
        "hold.placed",
        "identity.mismatched",
        "label.mismatched",
        "identity.implicated",
        "patient.deteriorated",
        "recall.reached",
        "conditioning.blocked",
        "administration.blocked",
    }
)
"""Events after which nothing moves until two people have agreed."""

ENDINGS = {
    "eligibility.declined": "not-eligible",
    "panel.declined": "not-approved",
    "supply.given_up": "supply-given-up",
    "manufacture.given_up": "manufacture-failed",
    "product.given_up": "product-lost",
    "journey.withdrawn": "withdrawn",
    "journey.completed": "completed",
    "patient.died": "died",
    "follow_up.ended": "follow-up-withdrawn",
    "patient.lost": "lost-to-follow-up",
}
"""Events after which a journey is over. The first ending stays; somebody lost may be found."""
LOST, FOUND = "lost-to-follow-up", "patient.found"

ASIDE = frozenset(
    {
        "hold.placed", "hold.lift_agreed", "hold.lifted", "identity.mismatched", "label.mismatched",
        "identity.implicated", "label.proposed", "unit.relabelled", "deadline.passed",
        "material.expired", "product.expired", "follow_up.due", "duty.fulfilled", "duty.overdue",
        "toxicity.graded", "journey.withdrawn", "patient.died", "journey.completed",
        "consent.withdrawn", "consent.renewed", "follow_up.ended", "follow_up.recorded",
        "fitness.assessed", "oos_product.supplied", "patient.deteriorated", "recall.reached",
        "adverse_event.reported", "adverse_event.followed_up", "safety_measure.taken",
        "contact.attempted", "patient.lost", "patient.found", "courier.changed", "slots.moved",
        "transit.hold_time_near", "transit.band_exit_predicted",
    }
)  # fmt: skip
"""Events that leave the journey waiting for what it waited for."""


@dataclass(frozen=True)
class Label:
    """What the oracle must know of a product, as its label says."""

    pathway: str
    doses: int
    conditioned: bool
    frozen: bool
    prepared: bool


LABELS = {
    "kymriah": Label("made", 1, conditioned=True, frozen=True, prepared=False),
    "aucatzyl": Label("made", 2, conditioned=True, frozen=True, prepared=False),
    "holoclar": Label("made", 1, conditioned=False, frozen=False, prepared=True),
    "ebvallo": Label("allogeneic", 3, conditioned=False, frozen=True, prepared=True),
    "zolgensma": Label("in-vivo", 1, conditioned=False, frozen=True, prepared=True),
}
