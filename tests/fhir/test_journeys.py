"""Journeys as Bundles: valid at every stage, the same twice, and silent about who it is."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from atmpflow.events import EVENTS
from atmpflow.events.admission import ReferralReceived
from atmpflow.events.shipment import CourierBooked
from atmpflow.fhir.bundle import bundle
from atmpflow.fhir.elements import moment
from atmpflow.fhir.telling import Signature, Telling
from atmpflow.journey import Facts, Recorded
from atmpflow.people import Actor, Role
from atmpflow.products.catalogue import catalogue
from tasks.intake.fhir_conformity import nonconformities
from tests.fhir.r4 import backwards, bundle_faults, faults, of, resources
from tests.fhir.telling import CANARY, canary, entries, told
from tests.intake.samples import needs_schema
from tests.memory import BEGUN, opened, whole
from tests.strategies import MOMENTS, contents

PRODUCTS = sorted(catalogue())
FEWER = settings(max_examples=max(12, settings.default.max_examples // 4))
"""Each example is held against the whole schema."""

ALWAYS = {"Patient", "Organization", "ServiceRequest", "CarePlan", "Provenance", "AuditEvent"}


@needs_schema
@pytest.mark.parametrize("product", PRODUCTS)
def test_the_whole_journey_of_every_product_is_valid_r4(product: str) -> None:
    found = told(whole(product)[-1])
    assert [*bundle_faults(found), *backwards(found)] == []
    kinds = {one["resourceType"] for one in resources(found)}
    assert kinds >= ALWAYS | {"Consent", "SupplyDelivery", "MedicationAdministration", "Procedure"}


@needs_schema
def test_a_bundle_is_valid_as_a_whole_too() -> None:
    assert faults(told(whole("zolgensma")[12])) == []


def test_another_library_finds_nothing_against_it_either() -> None:
    assert nonconformities(told(whole("aucatzyl")[-1], canary())) == ()


def test_a_made_product_is_told_with_what_the_field_asks_for() -> None:
    found = told(whole("kymriah")[-1])
    kinds = {one["resourceType"] for one in resources(found)}
    assert kinds >= {"Appointment", "Specimen", "BiologicallyDerivedProduct", "Medication"}
    what = {one["category"]["text"] for one in of(found, "Procedure")}
    assert what == {"collection", "conditioning", "administration"}
    plans = {one["title"] for one in of(found, "CarePlan")}
    assert plans == {"Pathway: autologous", "Monitoring", "Follow-up"}


@needs_schema
@FEWER
@given(product=st.sampled_from(PRODUCTS), part=st.floats(0, 1))
def test_a_journey_stopped_anywhere_is_valid_and_the_same_twice(product: str, part: float) -> None:
    states = whole(product)
    facts = states[round(part * (len(states) - 1))]
    found = told(facts)
    assert bundle_faults(found) == []
    assert told(facts) == found
    assert len(of(found, "AuditEvent")) == facts.version


def _history(draw: st.DrawFn) -> Facts:
    facts = opened(draw(st.sampled_from(PRODUCTS)))
    kinds = [kind for kind in EVENTS.values() if kind is not ReferralReceived]
    rows = [*facts.history]
    for kind in draw(st.lists(st.sampled_from(kinds), max_size=12)):
        event = draw(contents(kind))
        who = Actor(
            draw(st.sampled_from(("nurse-7", "x", "atmpflow"))), draw(st.sampled_from(Role))
        )
        rows.append(Recorded(len(rows) + 1, event, who, draw(MOMENTS)))
    return Facts(
        facts.journey,
        tuple(rows),
        stage="referral",
        since=BEGUN,
        stages_before=("referral",) * len(rows),
    )


@needs_schema
@FEWER
@given(st.composite(_history)())
def test_whatever_has_happened_in_whichever_order_is_valid(facts: Facts) -> None:
    assert bundle_faults(told(facts)) == []


@needs_schema
def test_a_sender_that_is_neither_centre_nor_holder_is_told_of_too() -> None:
    facts = whole("kymriah")[-1]
    booked = [row for row in facts.history if isinstance(row.event, CourierBooked)]
    rows = [
        replace(row, event=row.event.model_copy(update={"sender": "Depot of the courier"}))
        if row in booked
        else row
        for row in facts.history
    ]
    found = told(replace(facts, history=tuple(rows)))
    assert bundle_faults(found) == []
    senders = {one["supplier"]["reference"] for one in of(found, "SupplyDelivery")}
    named = [one for one in of(found, "Organization") if f"urn:uuid:{one['id']}" in senders]
    assert [one["name"] for one in named] == ["Depot of the courier"]


@pytest.mark.parametrize("product", ["kymriah", "zolgensma"])
def test_a_pseudonymised_bundle_says_nothing_of_who_it_is(product: str) -> None:
    identity, facts = canary(), whole(product)[-1]
    named, silent = json.dumps(told(facts, identity)), json.dumps(told(facts))
    values = [*identity.model_dump(mode="json").values(), *identity.given_name.split()]
    values.remove(identity.sex)
    for value in values:
        assert silent.count(value) == 0
    assert CANARY in named
    assert identity.nhs_number in named
    for hidden in (str(facts.referral.person), f'"{facts.referral.source_reference}"'):
        assert hidden not in silent


@given(st.composite(_history)())
def test_no_free_words_and_no_other_patients_label_are_told(facts: Facts) -> None:
    """Reasons, justifications, old labels and what was scanned wrongly stay in the record."""
    rows = []
    for row in facts.history:
        changed = {
            name: "CANARY-WORDS"
            for name in ("justification", "old_label", "source_reference", "funding_reference")
            if name in type(row.event).model_fields
        }
        if row.event.name in ("hold.placed", "hold.lift_agreed"):
            changed["reason"] = "CANARY-WORDS"
        if row.event.name in ("label.mismatched", "identity.mismatched"):
            changed |= {"scanned_coi": "CANARY-WORDS", "scanned_patient": "CANARY-WORDS"}
        event = row.event.model_copy(update=changed)
        rows.append(Recorded(row.seq, event, row.actor, row.occurred_at))
    changed_facts = Facts(
        facts.journey, tuple(rows), stage=facts.stage, since=facts.since,
        stages_before=facts.stages_before,
    )  # fmt: skip
    assert "CANARY-WORDS" not in json.dumps(told(changed_facts))


def test_an_identified_bundle_differs_only_in_who_it_is() -> None:
    facts = whole("kymriah")[-1]
    named, silent = told(facts, canary()), told(facts)
    differ = [
        one["resourceType"]
        for one, other in zip(resources(named), resources(silent), strict=True)
        if one != other
    ]
    assert differ == ["Patient", "ServiceRequest"]
    patient = of(named, "Patient")[0]
    assert patient["meta"]["security"][0]["code"] == "R"
    assert of(silent, "Patient")[0]["meta"]["security"][0]["code"] == "PSEUDED"
    assert patient["id"] == of(silent, "Patient")[0]["id"]


def test_who_did_what_in_which_role_and_when_is_told_of_every_event() -> None:
    facts = whole("kymriah")[20]
    found = told(facts)
    for row, audit in zip(facts.history, of(found, "AuditEvent"), strict=True):
        agent = audit["agent"][0]
        assert agent["who"]["identifier"]["value"] == row.actor.id
        assert agent["role"][0]["coding"][0]["code"] == row.actor.role
        assert audit["subtype"][0]["code"] == row.event.name
        assert audit["recorded"] > audit["period"]["start"]


def test_what_is_waited_for_is_a_task_of_its_owner() -> None:
    found = told(whole("kymriah")[1])
    (task,) = of(found, "Task")
    assert task["status"] == "requested"
    assert task["code"]["coding"][0]["code"] == "record-screening"
    assert task["performerType"][0]["text"] == "coordinator"
    assert task["restriction"]["period"]["end"] > task["authoredOn"]
    assert of(told(whole("kymriah")[-1]), "Task") == []


@needs_schema
@pytest.mark.parametrize("void", [None, "record-altered"])
def test_what_was_signed_is_told_with_printed_name_time_and_meaning(void: str | None) -> None:
    facts = whole("kymriah")[-1]
    last = facts.version
    signed = Signature("Anna Example", "qp-anna", "certified", BEGUN, last - 1, void)
    found = bundle(Telling(facts, entries(facts), None, {1: [signed], last: [signed]}))
    assert bundle_faults(found) == []
    first, second = (one["signature"] for one in of(found, "Provenance") if "signature" in one)
    assert first == second
    (told,) = first
    assert (told["who"]["display"], told["when"]) == ("Anna Example", moment(BEGUN))
    assert told["type"] == [{"system": "urn:atmpflow:signature-meaning", "code": "certified"}]
    about = {one["url"]: one for one in told["extension"]}
    assert ("urn:atmpflow:signature-void" in about) is (void is not None)


def test_codes_of_others_are_named_only_with_their_owners_systems() -> None:
    """SNOMED CT and dm+d stand nowhere but where the referrer gave them."""
    facts = whole("kymriah")[-1]
    assert _systems(told(facts)) & {"http://snomed.info/sct", "https://dmd.nhs.uk"} == set()
    coded = facts.referral.model_copy(update={"indication": "109969005", "trial": "NCT04404660"})
    other = opened("kymriah")
    other = Facts(
        other.journey, (Recorded(1, coded, Actor("r", Role.REFERRER), BEGUN),), stage="referral",
        since=BEGUN,
    )  # fmt: skip
    found = told(other)
    (reason,) = of(found, "ServiceRequest")[0]["reasonCode"]
    assert reason["coding"] == [{"system": "http://snomed.info/sct", "code": "109969005"}]
    (study,) = of(found, "ResearchStudy")
    assert study["identifier"][0]["value"] == "NCT04404660"
    assert of(found, "ResearchSubject")[0]["status"] == "candidate"


def _systems(value: Any) -> set[str]:
    if isinstance(value, list):
        return {system for one in value for system in _systems(one)}
    if not isinstance(value, dict):
        return set()
    own = {value["system"]} if isinstance(value.get("system"), str) else set()
    return own | {system for one in value.values() for system in _systems(one)}
