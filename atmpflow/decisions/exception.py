"""A product out of specification that a patient needs all the same: what follows."""

from datetime import datetime

from atmpflow.commands import exception as ask
from atmpflow.decisions.guard import require_right
from atmpflow.events import exception as fact
from atmpflow.journey import Facts
from atmpflow.message import Event, event_of
from atmpflow.people import Actor
from atmpflow.rules.exception import evaluated_by


def record_risk_evaluation(
    command: ask.RecordRiskEvaluation, facts: Facts, now: datetime
) -> list[Event]:
    require_right(
        evaluated_by(facts) is None,
        "already-evaluated",
        "",
        "The risk of these results was evaluated already.",
        "The treating physician may ask with request-oos-product.",
    )
    return [event_of(fact.RiskEvaluated, command)]


def request_oos_product(
    command: ask.RequestOosProduct, facts: Facts, now: datetime, actor: Actor
) -> list[Event]:
    evaluator = evaluated_by(facts)
    require_right(
        evaluator is not None,
        "risk-not-evaluated",
        "",
        "The manufacturer has not evaluated the risk of these results.",
        "The manufacturer records record-risk-evaluation first, and gives it to the physician.",
    )
    require_right(
        evaluator != actor.id,
        "request-not-independent",
        "actor",
        "The same person evaluated the risk.",
        "The treating physician must ask, who is somebody else.",
    )
    return [event_of(fact.OosProductRequested, command)]
