"""May the Qualified Person certify this batch? (EU GMP Annex 16; Part IV 11)"""

from datetime import datetime

from atmpflow.events.admission import ConsentVerified
from atmpflow.events.exception import OosProductRequested, RiskEvaluated
from atmpflow.events.manufacture import (
    ManufactureCompleted,
    ManufactureStarted,
    QualityPassed,
    QualityResultsRecorded,
)
from atmpflow.events.shipment import DeviationAccepted, ShipmentAccepted
from atmpflow.journey import Facts
from atmpflow.rules.consent import in_force
from atmpflow.rules.exception import judge_exception, out_of_specification
from atmpflow.verdict import Reason, Verdict, verdict

SOURCE = "EU GMP Annex 16, 1.7 (what must be assured before certification)"
HANDS = (
    ManufactureStarted,
    ManufactureCompleted,
    QualityResultsRecorded,
    RiskEvaluated,
    OosProductRequested,
)
INDEPENDENT = "EU GMP Part IV 11 (the QP has not made or checked the batch)"


def judge_record(facts: Facts, now: datetime) -> Verdict:
    """What the batch record misses: material accepted, made, tested, in date, consent in force."""
    made = facts.last(ManufactureCompleted)
    arrived = facts.last(ShipmentAccepted) or facts.last(DeviationAccepted)
    return verdict(
        (
            None if arrived else Reason("material-not-accepted", "starting material", SOURCE),
            None if made else Reason("not-made", "no completed manufacture", SOURCE),
            None if _judged(facts) else Reason("tests-missing", "quality", SOURCE),
            Reason("expired", "past the expiry on the label", SOURCE)
            if made and made.expires_at <= now
            else None,
            None if _agreed(facts) else Reason("consent-missing", "", SOURCE),
            Reason("held", "the journey is on hold", SOURCE) if facts.hold else None,
        )
    ) & judge_exception(facts)


def _judged(facts: Facts) -> bool:
    return facts.last(QualityPassed) is not None or out_of_specification(facts)


def _agreed(facts: Facts) -> bool:
    return facts.last(ConsentVerified) is not None and "treatment" in in_force(facts)


def judge_certifier(facts: Facts, person: str) -> Verdict:
    """The QP neither made nor checked the batch, nor asked for it out of specification."""
    hands = {row.actor.id for kind in HANDS for row, _ in facts.all(kind)}
    return verdict(
        (
            Reason("qp-not-independent", "made or checked this batch", INDEPENDENT)
            if person in hands
            else None,
        )
    )
