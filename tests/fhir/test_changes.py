"""What becomes of a resource when things change: taken back, moved, failed, used up, reported."""

from datetime import timedelta
from typing import Any

import pytest

from atmpflow.events.admission import Slot
from atmpflow.events.after import HoldPlaced, JourneyWithdrawn, PatientDied, ToxicityGraded
from atmpflow.events.collection import CollectionShort
from atmpflow.events.consent import ConsentRenewed, ConsentWithdrawn
from atmpflow.events.harm import AdverseEventFollowedUp, AdverseEventReported
from atmpflow.events.recovery import (
    CollectionFailed,
    CourierChanged,
    RecollectionOrdered,
    SlotsMoved,
)
from atmpflow.journey import Facts
from atmpflow.message import Event
from tests.fhir.r4 import of
from tests.fhir.telling import told
from tests.memory import waiting_for, whole, with_event

LATER = timedelta(minutes=5)


def after(facts: Facts, *events: Event) -> Facts:
    """The facts when these things have happened one after the other."""
    for event in events:
        facts = with_event(facts, event, facts.history[-1].occurred_at + LATER)
    return facts


def consents(facts: Facts) -> list[tuple[str, str]]:
    return [
        (one["provision"]["code"][0]["text"], one["status"]) for one in of(told(facts), "Consent")
    ]


def test_a_scope_taken_back_is_inactive_alone_until_it_is_renewed() -> None:
    facts = after(waiting_for("record-collection"), ConsentWithdrawn(scopes=("data",)))
    assert dict(consents(facts)) == {
        "collection": "active",
        "treatment": "active",
        "data": "inactive",
        "follow-up": "active",
    }
    (taken,) = [one for one in of(told(facts), "Consent") if one["status"] == "inactive"]
    assert taken["provision"]["period"]["end"] > taken["provision"]["period"]["start"]
    renewed = after(facts, ConsentRenewed(scopes=("data",), form_version="2"))
    assert consents(renewed)[-1] == ("data", "active")
    assert ("data", "inactive") in consents(renewed)
    assert len(consents(renewed)) == 5


def slots(facts: Facts) -> list[tuple[str, str]]:
    return [
        (one["serviceType"][0]["text"], one["status"]) for one in of(told(facts), "Appointment")
    ]


def test_a_moved_slot_is_cancelled_and_the_new_one_is_used() -> None:
    facts = waiting_for("record-collection")
    start = facts.history[-1].occurred_at
    moved = Slot(kind="bed", resource="bed-9", starts_at=start, ends_at=start + LATER)
    facts = after(facts, SlotsMoved(slots=(moved,), reason="centre"))
    beds = [status for kind, status in slots(facts) if kind == "bed"]
    assert beds == ["cancelled", "booked"]
    assert {status for _, status in slots(whole("kymriah")[-1])} == {"fulfilled"}


def test_a_journey_that_ended_cancels_what_was_booked_and_revokes_the_request() -> None:
    facts = waiting_for("record-collection")
    ended = after(facts, JourneyWithdrawn(reason="patient-choice", units=(), keeper="nobody"))
    found = told(ended)
    assert {status for _, status in slots(ended)} == {"cancelled"}
    assert of(found, "ServiceRequest")[0]["status"] == "revoked"
    assert of(found, "CarePlan")[0]["status"] == "revoked"
    assert of(found, "Task") == []


def test_a_failed_collection_is_not_done_and_a_short_one_is_written_off() -> None:
    facts = after(waiting_for("record-collection"), CollectionFailed(reason="access"))
    (procedure,) = of(told(facts), "Procedure")
    assert (procedure["status"], procedure["statusReason"]["text"]) == ("not-done", "access")
    short = after(waiting_for("pack-shipment"), CollectionShort(objections=()))
    (bag,) = [one["identifier"][0]["value"] for one in of(told(short), "Specimen")]
    again = RecollectionOrdered(reason="insufficient", units=(bag,), attempt=2)
    assert of(told(after(short, again)), "Specimen")[0]["status"] == "unavailable"
    assert of(told(after(short, again)), "SupplyDelivery")[0]["status"] == "abandoned"


def test_another_courier_carries_the_same_shipment() -> None:
    facts = waiting_for("deliver-shipment")
    changed = CourierChanged(courier="Back-up", reference="B-1", reason="breakdown")
    (delivery,) = of(told(after(facts, changed)), "SupplyDelivery")
    numbers = {one["value"] for one in delivery["identifier"]}
    assert "B-1" in numbers
    names = {one["id"]: one.get("name") for one in of(told(after(facts, changed)), "Organization")}
    carrier = delivery["extension"][0]["valueReference"]["reference"].removeprefix("urn:uuid:")
    assert names[carrier] == "Back-up"
    assert delivery["status"] == "in-progress"


def test_units_are_available_until_they_are_given() -> None:
    def standing(facts: Facts) -> list[str]:
        return [one["status"] for one in of(told(facts), "BiologicallyDerivedProduct")]

    before = waiting_for("administer-dose")
    assert standing(before) == ["unavailable", "available"]
    assert standing(whole("kymriah")[-1]) == ["unavailable", "unavailable"]
    material, product = of(told(before), "BiologicallyDerivedProduct")
    assert product["parent"][0]["reference"] == f"urn:uuid:{material['id']}"


def test_a_hold_stands_in_the_request_the_plan_and_the_task() -> None:
    found = told(after(waiting_for("record-collection"), HoldPlaced(reason="CAPA-1")))
    assert of(found, "ServiceRequest")[0]["status"] == "on-hold"
    assert of(found, "CarePlan")[0]["status"] == "on-hold"
    assert of(found, "Task")[0]["code"]["text"] == "lift-hold"


CASE: dict[str, Any] = {
    "case": "AE-1",
    "term": "10052015",
    "expected": True,
    "related": True,
    "trial": False,
}


@pytest.mark.parametrize(
    ("severity", "code"), [("serious", "Serious"), ("fatal", "SeriousResultsInDeath")]
)
def test_a_case_stands_as_it_was_last_reported(severity: str, code: str) -> None:
    facts = whole("kymriah")[-1]
    at = facts.history[-1].occurred_at
    first = AdverseEventReported(**CASE, severity="not-serious", onset_at=at, aware_at=at)
    more = AdverseEventFollowedUp(
        **CASE,
        severity=severity,  # pyright: ignore[reportArgumentType]
        onset_at=at,
        aware_at=at,
        became_susar=False,
        became_grave=False,
    )
    found = told(after(facts, first, more))
    (case,) = of(found, "AdverseEvent")
    assert case["seriousness"]["coding"][0]["code"] == code
    assert case["event"]["coding"] == [{"system": "https://www.meddra.org", "code": "10052015"}]
    doses = {one["id"] for one in of(found, "MedicationAdministration")}
    suspects = {one["instance"]["reference"][9:] for one in case["suspectEntity"]}
    assert suspects == doses
    duties = [one for one in of(found, "Task") if one["status"] == "requested"]
    assert all(one["restriction"]["period"]["end"] for one in duties)


def test_a_graded_toxicity_is_an_adverse_event_and_none_is_not() -> None:
    facts = whole("kymriah")[-1]
    graded = after(
        facts, ToxicityGraded(crs=2, icans=None, fever_c=39), ToxicityGraded(crs=0, icans=0)
    )
    (found,) = of(told(graded), "AdverseEvent")
    assert found["event"]["text"] == "cytokine release syndrome grade 2 (ASTCT 2019)"


def test_a_death_is_told_and_its_day_only_with_the_name() -> None:
    facts = waiting_for("complete-monitoring")
    dead = after(facts, PatientDied(died_at=facts.history[-1].occurred_at))
    (patient,) = of(told(dead), "Patient")
    assert patient["deceasedBoolean"] is True
    assert "deceasedDateTime" not in patient
