"""When collection, transit or a slot goes wrong: what follows from each command."""

from datetime import datetime

from atmpflow.commands import recovery as ask
from atmpflow.decisions.guard import require, require_right
from atmpflow.errors import Refused
from atmpflow.events import recovery as fact
from atmpflow.events.administration import DoseAdministered
from atmpflow.events.collection import CollectionCompleted
from atmpflow.events.consent import TreatmentStopped
from atmpflow.events.manufacture import BatchOpened
from atmpflow.events.shipment import CourierBooked
from atmpflow.journey import Facts
from atmpflow.message import Event, event_of
from atmpflow.rules.attempts import judge_supplying, supplies
from atmpflow.rules.consent import in_force, left_over
from atmpflow.rules.prediction import is_news
from atmpflow.rules.slots import judge_move
from atmpflow.rules.supply import supply
from atmpflow.rules.transit import band_exit_told, under_way


def fail_collection(command: ask.FailCollection, facts: Facts, now: datetime) -> list[Event]:
    return [event_of(fact.CollectionFailed, command)]


def _left(facts: Facts) -> tuple[str, ...]:
    """Every unit of the present attempt that was not given."""
    collected, stock = facts.last(CollectionCompleted), supply(facts)
    given = {event.scanned_unit for _, event in facts.ever(DoseAdministered)}
    units = ((collected.unit,) if collected else ()) + (stock.units if stock else ())
    return tuple(unit for unit in units if unit not in given)


def _written_off(facts: Facts) -> dict[str, object]:
    opened = facts.last(BatchOpened)
    return {"units": _left(facts), "batch": opened.batch if opened else None}


def _require_untreated(facts: Facts) -> None:
    require_right(
        not facts.ever(DoseAdministered),
        "dose-given",
        "",
        "A dose of this product was given already.",
        "Stop the treatment with give-up-supply; the patient is still watched over.",
    )


def _require_another(facts: Facts) -> None:
    _require_untreated(facts)
    require(
        judge_supplying(facts),
        code="attempts-used",
        field="",
        remedy="Decide with the team on another therapy: give-up-supply.",
    )


def order_recollection(command: ask.OrderRecollection, facts: Facts, now: datetime) -> list[Event]:
    require_right(
        facts.product.starting_material is not None,
        "not-collected",
        "",
        "This product is not made from the patient's cells.",
        "Order or allocate another one: order-replacement.",
    )
    _require_another(facts)
    require_right(
        "collection" in in_force(facts),
        "consent-withdrawn",
        "",
        "The patient does not agree to another collection.",
        "Ask the patient; record renew-consent, or give-up-supply.",
    )
    off = _written_off(facts)
    return [event_of(fact.RecollectionOrdered, command, attempt=supplies(facts) + 2, **off)]


def order_replacement(command: ask.OrderReplacement, facts: Facts, now: datetime) -> list[Event]:
    require_right(
        facts.product.starting_material is None,
        "made-from-patient",
        "",
        "This product is made from the patient's own cells.",
        "Collect again: order-recollection.",
    )
    _require_another(facts)
    off = _written_off(facts)
    return [event_of(fact.ReplacementOrdered, command, attempt=supplies(facts) + 2, **off)]


def give_up_supply(command: ask.GiveUpSupply, facts: Facts, now: datetime) -> list[Event]:
    doses = len(facts.ever(DoseAdministered))
    if doses:  # whoever was given a dose is still watched over
        return [TreatmentStopped(doses=doses, **dict(left_over(facts)))]
    return [event_of(fact.SupplyGivenUp, command, **_written_off(facts))]


def change_courier(command: ask.ChangeCourier, facts: Facts, now: datetime) -> list[Event]:
    if facts.last(CourierBooked) is None:
        raise Refused(
            "out-of-order", "", "No courier is booked.", "Wait until the engine has booked one."
        )
    return [event_of(fact.CourierChanged, command)]


def reschedule(command: ask.Reschedule, facts: Facts, now: datetime) -> list[Event]:
    require(
        judge_move(facts, command.slots),
        code="slots-impossible",
        field="slots",
        remedy="Propose others (atmpflow replan JOURNEY); when the material cannot wait: "
        "order-recollection.",
    )
    return [event_of(fact.SlotsMoved, command)]


def predict_band_exit(command: ask.PredictBandExit, facts: Facts, now: datetime) -> list[Event]:
    """Once a leg, and again where it has become clearly sooner."""
    if under_way(facts) is None or not is_news(command.leaves_at, band_exit_told(facts)):
        return []
    return [event_of(fact.BandExitPredicted, command)]
