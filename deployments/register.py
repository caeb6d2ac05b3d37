"""Make the Prefect server hold exactly what prefect.yaml says: pool, deployments, triggers."""

import asyncio
from contextlib import chdir
from io import StringIO
from pathlib import Path
from typing import Any

from prefect import get_client
from prefect.cli.deploy._config import _load_deploy_configs_and_actions
from prefect.cli.deploy._core import _run_single_deploy
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.actions import WorkPoolCreate
from prefect.client.schemas.filters import (
    DeploymentFilter,
    WorkPoolFilter,
    WorkPoolFilterName,
)
from prefect.client.schemas.responses import DeploymentResponse
from prefect.context import AsyncClientContext
from prefect.exceptions import ObjectAlreadyExists
from rich.console import Console

from atmpflow.errors import Refused
from deployments.worker import InProcessWorker

AT_ONCE = 4  # more do not go faster: the server is one process


async def register(prefect_file: Path, *, work_pool: str) -> list[str]:
    """Deploy everything in `prefect_file`; returns the names, `flow/deployment`, sorted.

    Uses the code behind `prefect deploy --all`, without its prompts and its seconds of start.
    Run it as often as you like: each trigger has one automation afterwards, and deployments of
    our work pool that left the file are removed with theirs. The API is `PREFECT_API_URL`.

    Raises `Refused` (deployment-invalid) naming the deployment that Prefect does not accept.
    """
    with chdir(prefect_file.parent):  # entrypoints are relative to the file
        async with AsyncClientContext.get_or_create(), get_client() as client:
            await _ensure_work_pool(client, work_pool)
            console = Console(file=StringIO())
            configurations, actions = _load_deploy_configs_and_actions(
                prefect_file=Path(prefect_file.name), console=console
            )
            places = asyncio.Semaphore(AT_ONCE)
            deploying = [_deploy(one, actions, console, places) for one in configurations]
            await asyncio.gather(*deploying)
            return await _only(configurations, client, work_pool)


async def _ensure_work_pool(client: PrefectClient, name: str) -> None:
    template = InProcessWorker.get_default_base_job_template()
    pool = WorkPoolCreate(name=name, type=InProcessWorker.type, base_job_template=template)
    try:
        await client.create_work_pool(pool)
    except ObjectAlreadyExists:
        return


async def _deploy(
    configuration: dict[str, Any],
    actions: dict[str, Any],
    console: Console,
    places: asyncio.Semaphore,
) -> None:
    async with places:
        try:
            await _run_single_deploy(
                configuration, actions, console=console, is_interactive=lambda: False
            )
        except Exception as error:
            raise Refused(
                code="deployment-invalid",
                field=f"deployments.{configuration.get('name')}",
                message=f"Prefect does not accept it: {error}",
                remedy="Correct this entry of prefect.yaml.",
            ) from error


async def _only(
    configurations: list[dict[str, Any]], client: PrefectClient, work_pool: str
) -> list[str]:
    """Remove what is no longer in the file; deployments of other pools are somebody else's."""
    wanted = {(_function(one["entrypoint"]), one["name"]) for one in configurations}
    names: list[str] = []
    for deployment in await _deployments(client, work_pool):
        name = str(deployment.name)
        if (_function(deployment.entrypoint or ""), name) in wanted:
            flow = await client.read_flow(deployment.flow_id)
            names.append(f"{flow.name}/{name}")
        else:
            await _remove(client, deployment)
    return sorted(names)


def _function(entrypoint: str) -> str:
    return entrypoint.replace("./", "", 1)


async def _deployments(client: PrefectClient, work_pool: str) -> list[DeploymentResponse]:
    ours = WorkPoolFilter(name=WorkPoolFilterName(any_=[work_pool]))
    found: list[DeploymentResponse] = []
    while True:
        page = await client.read_deployments(
            work_pool_filter=ours, deployment_filter=DeploymentFilter(), offset=len(found)
        )
        found += page
        if not page:
            return found


async def _remove(client: PrefectClient, deployment: DeploymentResponse) -> None:
    await client.delete_resource_owned_automations(f"prefect.deployment.{deployment.id}")
    await client.delete_deployment(deployment.id)
