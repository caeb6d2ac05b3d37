"""Patient: pseudonymised unless an identity is given."""

from collections.abc import Iterator

from atmpflow.events.after import PatientDied
from atmpflow.fhir import systems
from atmpflow.fhir.elements import Element, coding, identifier, moment
from atmpflow.fhir.telling import Telling, Told


def tell(telling: Telling) -> Iterator[Told]:
    """The patient, known by the chain-of-identity id; a name only where an identity is given."""
    facts = telling.facts
    first, death = facts.history[0], telling.ever(PatientDied)
    died: Element = {"deceasedBoolean": True} if death else {}
    named = telling.identity is not None
    if death and named and death[-1][1].died_at:
        died = {"deceasedDateTime": moment(death[-1][1].died_at)}
    elements = {
        "meta": {"security": [security(identified=named)]},
        "identifier": [identifier(systems.COI, facts.coi, "secondary"), *_numbers(telling)],
        **_person(telling),
        **died,
    }
    yield telling.made("Patient", (), elements, first, *(row for row, _ in death))


def security(*, identified: bool) -> Element:
    """How the receiver must treat it: as restricted, or as pseudonymised."""
    if identified:
        return coding(systems.CONFIDENTIALITY, "R", "restricted")
    return coding(systems.OBSERVATION_VALUE, "PSEUDED", "pseudonymized")


def _numbers(telling: Telling) -> list[Element]:
    found = telling.identity
    return [identifier(systems.NHS_NUMBER, found.nhs_number, "official")] if found else []


def _person(telling: Telling) -> Element:
    found = telling.identity
    if found is None:
        return {}
    given = found.given_name.split()
    return {
        "name": [{"use": "official", "family": found.family_name, "given": given}],
        "gender": found.sex,
        "birthDate": found.birth_date.isoformat(),
    }
