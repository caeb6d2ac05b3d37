"""ResearchStudy: the trial that a journey is part of, where it is part of one."""

from collections.abc import Iterator

from atmpflow.fhir import systems
from atmpflow.fhir.elements import identifier
from atmpflow.fhir.telling import Telling, Told


def tell(telling: Telling) -> Iterator[Told]:
    """The trial by its registry number; a journey outside trials has none."""
    referral = telling.facts.referral
    if not referral.trial:
        return
    system = systems.CLINICAL_TRIALS if referral.trial.startswith("NCT") else None
    elements = {"identifier": [identifier(system, referral.trial)], "status": "active"}
    yield telling.made("ResearchStudy", (), elements, telling.facts.history[0])
