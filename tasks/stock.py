"""Choosing stock: the shortest-dated units of one batch that match the patient's HLA type."""

from collections import defaultdict
from datetime import datetime

from atmpflow.commands.admission import AllocateUnit
from atmpflow.events.admission import ScreeningRecorded
from atmpflow.journey import Facts
from atmpflow.rules.matching import judge_match
from models.database import transaction
from models.lookups import Stock, stock
from tasks.answer import NotYet
from tasks.engine import engine


def allocate_unit(facts: Facts, at: datetime) -> AllocateUnit:
    """Propose enough units of one matching batch. Raises NotYet when there are none."""
    screening = facts.last(ScreeningRecorded)
    patient = screening.hla if screening else ()
    with transaction(engine()) as connection:
        shelf = stock(connection, facts.product.code, at)
    batches: dict[str, list[Stock]] = defaultdict(list)
    for unit in shelf:
        if judge_match(patient, unit.hla, unit.restricted_by).allowed:
            batches[unit.batch].append(unit)
    need = len(facts.product.dose.days)
    chosen = next((units[:need] for units in batches.values() if len(units) >= need), None)
    if chosen is None:
        raise NotYet(f"no batch with {need} matching unit(s) in stock")
    return AllocateUnit(
        occurred_at=at,
        units=tuple(unit.unit for unit in chosen),
        batch=chosen[0].batch,
        expires_at=min(unit.expires_at for unit in chosen),
        certified_by=chosen[0].certified_by,
        hla=chosen[0].hla,
        restricted_by=chosen[0].restricted_by,
    )
