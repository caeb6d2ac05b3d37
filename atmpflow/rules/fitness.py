"""Is the patient fit for conditioning, or for the dose?

Source: SmPCs of the products, 4.2 and 4.4 (conditioning and dose are delayed while there is active
uncontrolled infection or serious unresolved harm, or when the patient became worse). How old an
examination may be is an operational default.
"""

from datetime import datetime

from atmpflow.events.patient import FitnessAssessed, PatientDeteriorated
from atmpflow.journey import Facts
from atmpflow.message import hours_between
from atmpflow.verdict import Reason, Verdict, verdict

SOURCE = "SmPC of the product, 4.2 and 4.4 (when to delay treatment)"

BEFORE_CONDITIONING = 7.0
BEFORE_DOSE = 3.0
"""Days that an examination is good for; operational defaults."""


def judge_fitness(facts: Facts, at: datetime, *, days: float | None = None) -> Verdict:
    """Examined, found fit and not worse since; where `days` are given, not longer ago."""
    examined, worse = facts.recorded(FitnessAssessed), facts.recorded(PatientDeteriorated)
    if examined is None:
        return verdict((Reason("fitness-missing", "not examined", SOURCE),))
    row, found = examined
    age = hours_between(row.occurred_at, at) / 24
    return verdict(
        (
            None if found.fit else Reason("not-fit", "by the treating physician", SOURCE),
            Reason("infection", "active and uncontrolled", SOURCE) if found.infection else None,
            None if found.organ_function else Reason("organ-function", "not adequate", SOURCE),
            Reason("worse-since", "became worse after the examination", SOURCE)
            if worse is not None and worse[0].seq > row.seq
            else None,
            Reason("fitness-old", f"{age:.1f} days ago, {days:g} are right", SOURCE)
            if days is not None and not 0 <= age <= days
            else None,
        )
    )
