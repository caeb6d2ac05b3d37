"""Journeys to tell: in memory, with an identity that must not be told unasked."""

from datetime import timedelta

from atmpflow.fhir.bundle import bundle
from atmpflow.fhir.elements import Element
from atmpflow.fhir.telling import Entry, Telling
from atmpflow.journey import Facts
from atmpflow.referral import PatientIdentity
from tests.factories import patient

CANARY = "Canarybird"


def canary() -> PatientIdentity:
    """Somebody whose every value is found again at once."""
    return patient(family_name=CANARY, given_name="Yellowfeather Tweet", birth_date="1961-04-17")


def entries(facts: Facts) -> dict[int, Entry]:
    """As if each event had been recorded a little after it happened."""
    later = timedelta(seconds=90)
    return {row.seq: Entry(row.occurred_at + later, f"{row.seq:064x}") for row in facts.history}


def told(facts: Facts, identity: PatientIdentity | None = None) -> Element:
    return bundle(Telling(facts, entries(facts), identity))
