"""May a product that is out of specification be certified, accepted and given?

Source: EU GMP Part IV 11.5 (exceptional release: the manufacturer's evaluation of the risk, then
the treating physician's request; an immediate significant hazard and no alternative).
"""

from atmpflow.events.exception import OosProductRequested, RiskEvaluated
from atmpflow.events.manufacture import BatchCertified, QualityOutOfSpecification, QualityPassed
from atmpflow.journey import Facts
from atmpflow.verdict import Reason, Verdict, verdict

SOURCE = "EU GMP Part IV 11.5 (out of specification products)"


def out_of_specification(facts: Facts) -> bool:
    """Is the newest verdict on the present batch that it is out of specification?"""
    wrong, right = facts.recorded(QualityOutOfSpecification), facts.recorded(QualityPassed)
    return wrong is not None and (right is None or right[0].seq < wrong[0].seq)


def evaluated_by(facts: Facts) -> str | None:
    """Who evaluated the risk of the newest results."""
    rows = facts.since_last(RiskEvaluated, QualityOutOfSpecification)
    return rows[-1][0].actor.id if rows else None


def requested_by(facts: Facts) -> str | None:
    """Who requested it after that evaluation."""
    rows = facts.since_last(OosProductRequested, RiskEvaluated)
    return rows[-1][0].actor.id if rows and evaluated_by(facts) else None


def judge_exception(facts: Facts) -> Verdict:
    """In specification, or evaluated by one person and then requested by another."""
    first, second = evaluated_by(facts), requested_by(facts)
    if not out_of_specification(facts):
        return verdict(())
    return verdict(
        (
            None if first else Reason("risk-not-evaluated", "by the manufacturer", SOURCE),
            None if second else Reason("not-requested", "by the treating physician", SOURCE),
            Reason("not-independent", "evaluated and requested by one person", SOURCE)
            if first and first == second
            else None,
        )
    )


def judge_signed(facts: Facts) -> Verdict:
    """Where it is out of specification, three different people have signed, the QP knowing it."""
    certified = facts.recorded(BatchCertified)
    if not out_of_specification(facts):
        return verdict(())
    people = {
        evaluated_by(facts),
        requested_by(facts),
        certified[0].actor.id if certified else None,
    }
    signed = certified is not None and certified[1].out_of_specification
    right = signed and len(people - {None}) == 3
    reason = Reason("out-of-specification", "without three people's signatures", SOURCE)
    return judge_exception(facts) & verdict((None if right else reason,))
