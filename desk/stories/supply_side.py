"""Stories of the supply: cells, shipments, slots, and what begins anew."""

from datetime import datetime, timedelta

from atmpflow.commands.collection import RecordCellCount
from atmpflow.commands.patient import AssessFitness
from atmpflow.commands.recovery import (
    ChangeCourier,
    FailCollection,
    GiveUpSupply,
    OrderRecollection,
    OrderReplacement,
    Reschedule,
)
from atmpflow.commands.shipment import DecideDeviation, ReceiveShipment
from atmpflow.events.collection import CollectionShort
from atmpflow.events.patient import FitnessAssessed
from atmpflow.events.recovery import (
    CollectionFailed,
    CourierChanged,
    RecollectionOrdered,
    ReplacementOrdered,
    SlotsMoved,
)
from atmpflow.events.shipment import ShipmentPacked
from atmpflow.journey import Facts
from atmpflow.people import Role
from atmpflow.rules.remaking import material_expires_at
from atmpflow.rules.slots import least_movement
from atmpflow.rules.supply import supply
from atmpflow.rules.transit import hold_time
from desk.simulation.making import delivered, receive
from desk.simulation.site import Move
from desk.stories.story import MINUTE, Story, by

HOUR = 60 * MINUTE
DAY = timedelta(days=1)


def _too_few(facts: Facts, since: datetime) -> Move | None:
    """The first count is far below the product's minimum."""
    if facts.ever(CollectionShort):
        return None
    count = RecordCellCount(occurred_at=since + HOUR, count=0, viability_pct=41)
    return by(Role.LABORATORY, count)


def _unwell(facts: Facts, since: datetime) -> Move | None:
    if facts.ever(CollectionFailed):
        return None
    return by(Role.NURSE, FailCollection(occurred_at=since + HOUR, reason="unwell"))


def _breaks_down(facts: Facts, since: datetime) -> Move | None:
    """The van stands still; another courier takes over and is late, within the hold time."""
    holds = hold_time(facts)
    if facts.stage != "dispatch" or holds is None:
        return None
    if not facts.all(CourierChanged):
        change = ChangeCourier(
            occurred_at=since + HOUR,
            courier="Simulated back-up courier",
            reference="SIMULATED-BACKUP-1",
            reason="breakdown",
        )
        return by(Role.COORDINATOR, change)
    return by(Role.COURIER, delivered(facts, holds.warns_at + 2 * HOUR))


def _rejected(facts: Facts, since: datetime) -> Move | None:
    command = DecideDeviation(
        occurred_at=since + HOUR, decision="reject", justification="SIMULATED-DEV-2"
    )
    return by(Role.QP, command)


def _opened(facts: Facts, since: datetime) -> Move | None:
    """The shipper arrives with its seal broken, the first time."""
    if facts.ever(RecollectionOrdered) or facts.ever(ReplacementOrdered):
        return None
    command = receive(facts, since)
    assert isinstance(command, ReceiveShipment)  # noqa: S101 - what `receive` makes
    assert facts.step is not None  # noqa: S101 - it waits for the receipt
    return by(facts.step.owner, command.model_copy(update={"seal_intact": False}))


def _warm_on_the_way_in(facts: Facts) -> float | None:
    """The dry shipper is opened for a quarter of an hour, the first time."""
    anew = facts.ever(RecollectionOrdered) or facts.ever(ReplacementOrdered)
    return 6.0 if facts.stage == "delivery" and not anew else None


def _accepted(facts: Facts, since: datetime) -> Move | None:
    command = DecideDeviation(
        occurred_at=since + HOUR, decision="accept", justification="SIMULATED-STABILITY-7"
    )
    return by(Role.QP, command)


def _again(facts: Facts, since: datetime) -> Move | None:
    command = OrderRecollection(occurred_at=since + 2 * HOUR, reason="excursion")
    return by(Role.COORDINATOR, command)


def _anew(facts: Facts, since: datetime) -> Move | None:
    command = OrderReplacement(occurred_at=since + 2 * HOUR, reason="excursion")
    return by(Role.COORDINATOR, command)


def _no_more(facts: Facts, since: datetime) -> Move | None:
    command = GiveUpSupply(occurred_at=since + 2 * HOUR, reason="excursion")
    return by(Role.PHYSICIAN, command)


def _loses_its_way(facts: Facts, since: datetime) -> Move | None:
    """The van is lost for so long that the cells are past their expiry."""
    expires = material_expires_at(facts)
    if facts.stage != "dispatch" or facts.ever(RecollectionOrdered) or expires is None:
        return None
    return by(Role.COURIER, delivered(facts, max(since, expires) + 2 * HOUR))


def _has_a_fever(facts: Facts, since: datetime) -> Move | None:
    """The child is not fit, and the vector that waits for it has expired."""
    stock = supply(facts)
    if stock is None or facts.ever(ReplacementOrdered) or facts.last(FitnessAssessed):
        return None
    command = AssessFitness(
        occurred_at=max(since, stock.expires_at) + HOUR,
        fit=False, ecog=1, infection=True, organ_function=True,
    )  # fmt: skip
    return by(Role.PHYSICIAN, command)


def _suite_missed(facts: Facts, since: datetime) -> Move | None:
    """The suite cannot take the cells when they come; it and the bed move, nothing else."""
    if facts.all(SlotsMoved):
        return None
    packed = facts.when(ShipmentPacked) or since
    later = packed + (3 + facts.journey.int % 60) * DAY  # so that no two stories meet
    slots = least_movement(facts, "manufacture", (), not_before=later)
    if slots is None:
        return None
    command = Reschedule(occurred_at=since + HOUR, slots=slots, reason="missed")
    return by(Role.MANUFACTURER, command)


STORIES = (
    Story(
        name="short-collection",
        title="A collection with too few cells",
        product="kymriah",
        goes_wrong="Too few living cells are counted; the patient is screened and comes again.",
        turns={"record-cell-count": _too_few},
    ),
    Story(
        name="failed-collection",
        title="Nothing could be collected",
        product="kymriah",
        goes_wrong="The patient is unwell on the day; the cells are collected another day.",
        turns={"record-collection": _unwell},
    ),
    Story(
        name="courier-delayed",
        title="A courier that breaks down",
        product="kymriah",
        goes_wrong="The van stands still with the cells; another courier brings them, in time.",
        turns={"deliver-shipment": _breaks_down},
    ),
    Story(
        name="material-rejected",
        title="Cells rejected after transit, and collected again",
        product="kymriah",
        goes_wrong="The shipper arrives opened; the cells are rejected and collected once more.",
        turns={
            "receive-shipment": _opened,
            "decide-deviation": _rejected,
            "order-recollection": _again,
        },
    ),
    Story(
        name="excursion-accepted",
        title="A quarter of an hour too warm, and accepted",
        product="kymriah",
        goes_wrong="The product is warm for 15 minutes; its stability data cover that.",
        turns={"decide-deviation": _accepted},
        warm=_warm_on_the_way_in,
    ),
    Story(
        name="excursion-rejected",
        title="A quarter of an hour too warm, and rejected",
        product="luxturna",
        goes_wrong="The vector is warm for 15 minutes; it is rejected and ordered anew.",
        turns={"decide-deviation": _rejected, "order-replacement": _anew},
        warm=_warm_on_the_way_in,
    ),
    Story(
        name="vector-ordered-anew",
        title="A vector lost in transit, and ordered anew",
        product="hemgenix",
        goes_wrong="The kit arrives opened and is rejected; another one is ordered.",
        turns={
            "receive-shipment": _opened,
            "decide-deviation": _rejected,
            "order-replacement": _anew,
        },
    ),
    Story(
        name="stock-allocated-anew",
        title="Stock cells lost in transit, and others allocated",
        product="ebvallo",
        goes_wrong="The cells arrive opened and are rejected; another batch is matched.",
        turns={
            "receive-shipment": _opened,
            "decide-deviation": _rejected,
            "order-replacement": _anew,
        },
    ),
    Story(
        name="supply-given-up",
        title="A biopsy lost in transit, and no other",
        product="holoclar",
        goes_wrong="The biopsy arrives opened and is rejected; the team decides otherwise.",
        turns={
            "receive-shipment": _opened,
            "decide-deviation": _rejected,
            "order-recollection": _no_more,
        },
    ),
    Story(
        name="material-expired",
        title="A biopsy that arrives past its expiry",
        product="holoclar",
        goes_wrong="The van is lost with the biopsy until it has expired; another one is taken.",
        turns={"deliver-shipment": _loses_its_way},
    ),
    Story(
        name="product-expired",
        title="A vector that expires while the child has a fever",
        product="zolgensma",
        goes_wrong="The vector expires before the child is well; one is ordered by a new weight.",
        turns={"prescribe-dose": _has_a_fever},
    ),
    Story(
        name="missed-slot",
        title="A missed manufacturing slot",
        product="kymriah",
        goes_wrong="The suite fails; it and the bed move to the next free days, all else stays.",
        turns={"start-manufacture": _suite_missed},
    ),
)
