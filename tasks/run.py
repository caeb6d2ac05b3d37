"""What a stage's run does in Prefect: drain, take its name and tags, leave an artifact."""

from collections.abc import Sequence
from uuid import UUID

from prefect.artifacts import acreate_table_artifact
from prefect.client.orchestration import get_client
from prefect.runtime import flow_run

from models.database import transaction
from models.lookups import journey_by
from tasks.acts import by_command
from tasks.answer import Act, Outcome, drained
from tasks.clock import simulated
from tasks.engine import engine
from tasks.pictures.artifact import leave_pictures

NAMED = 3
"""Up to so many journeys are named in a run's name; more are counted."""


async def run_stage(stage: str, journey: str, *acts: Act) -> str:
    """Answer what `stage` owes; of one journey when its id or chain-of-identity id is given.

    `acts` make the commands of the engine's steps that say more than when.
    Returns one line for the run's log. Raises Refused `journey-unknown`.
    """
    only = _journey(journey) if journey else None
    outcomes = await drained(engine(), stage, by_command(acts), journey=only)
    await _name_run(stage, outcomes)
    await _leave_artifact(stage, outcomes)
    await leave_pictures(outcomes)
    return f"{stage}: {len(outcomes)} answered"


def _journey(text: str) -> UUID:
    with transaction(engine()) as connection:
        return journey_by(connection, text)


def run_name(stage: str, outcomes: Sequence[Outcome]) -> str:
    """`collection ATF-...` for one journey, `collection, 37 journeys` for many."""
    found = sorted({outcome.coi for outcome in outcomes})
    if not found:
        return f"{stage}, nothing owed"
    if len(found) > NAMED:
        return f"{stage}, {len(found)} journeys"
    return f"{stage} {' '.join(found)}"


def run_tags(stage: str, outcomes: Sequence[Outcome]) -> list[str]:
    """By stage, centre and product; by journey while they are few."""
    tags = {stage}
    tags |= {f"centre:{outcome.centre}" for outcome in outcomes}
    tags |= {f"product:{outcome.product}" for outcome in outcomes}
    journeys = {outcome.coi for outcome in outcomes}
    if len(journeys) <= NAMED:
        tags |= journeys
    if simulated():
        tags.add("simulated")
    return sorted(tags)


async def _name_run(stage: str, outcomes: Sequence[Outcome]) -> None:
    run: str | None = flow_run.id
    if run is None:
        return
    name, tags = run_name(stage, outcomes), run_tags(stage, outcomes)
    async with get_client() as client:
        await client.update_flow_run(UUID(run), name=name, tags=tags)


def _row(outcome: Outcome) -> dict[str, str]:
    return {
        "journey": f"[{outcome.coi}](/events?resource=atmpflow.journey.{outcome.journey})",
        "product": outcome.product,
        "centre": outcome.centre,
        "because of": outcome.cause,
        "decided": outcome.decided,
        "reasons against": outcome.why,
        "now waits for": outcome.waits_for,
    }


async def _leave_artifact(stage: str, outcomes: Sequence[Outcome]) -> None:
    if not outcomes or flow_run.id is None:
        return
    note = "SIMULATED site and time. " if simulated() else ""
    await acreate_table_artifact(
        key=stage.replace("_", "-"),
        table=[_row(outcome) for outcome in outcomes],
        description=f"{note}What {stage} decided, for each journey, and what each waits for now.",
    )
