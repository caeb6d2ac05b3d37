"""The `in-process` worker: runs a deployment's flow inside its own process, code imported once.

Prefect's own workers start a Python for every run, which costs seconds; this one costs tenths.
The price: runs share one process and one event loop, so flows here are `async def`, leave long
computing to threads, and changed code needs a new worker. Any deployment moves to a process,
Docker or Kubernetes pool by changing one line.
"""

from collections.abc import Awaitable, Callable
from contextlib import nullcontext
from typing import Any, ClassVar
from uuid import UUID

import anyio
import prefect.flow_engine
from anyio.abc import TaskStatus
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterId,
    FlowRunFilterState,
    FlowRunFilterStateType,
    WorkPoolFilter,
    WorkPoolFilterName,
)
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.context import AsyncClientContext
from prefect.events import Event, get_events_subscriber
from prefect.events.filters import EventAnyResourceFilter, EventFilter, EventNameFilter
from prefect.exceptions import Abort, Pause
from prefect.workers.base import BaseJobConfiguration, BaseWorker, BaseWorkerResult

from deployments.carry import AnyFlow, Running, carry
from deployments.entrypoint import flow_at

SCHEDULED = "prefect.flow-run.Scheduled"
CANCELLING = "prefect.flow-run.Cancelling"

# A run is announced just before its row is committed: look at once, and a little later.
LOOKS_AFTER_S = (0.0, 0.03, 0.1, 0.3)
RECONNECT_AFTER_S = 1.0
CANCELLING_CHECK_S = 10.0


class InProcessWorker(BaseWorker[BaseJobConfiguration, Any, BaseWorkerResult]):
    """Takes the runs of one work pool and carries them in this process's event loop."""

    type = "in-process"
    job_configuration = BaseJobConfiguration

    _description: ClassVar[str] = (
        "Runs flows inside the worker's own process, which starts them in tenths of a second. "
        "For `async def` flows that wait more than they compute."
    )
    _display_name: ClassVar[str] = "In process"

    def __init__(self, *arguments: Any, grace_s: float = 30, **options: Any) -> None:
        # Taken when due, never ahead: a run that waits inside us would hold one of our places.
        super().__init__(*arguments, **{**options, "prefetch_seconds": 0})
        self._grace_s = grace_s
        self._flows: dict[UUID, AnyFlow] = {}
        self._running: dict[UUID, Running] = {}
        self._announced = anyio.Event()

    @classmethod
    def get_default_base_job_template(cls) -> dict[str, Any]:
        """Only a name: a run has neither a command nor an environment of its own."""
        name = {
            "type": "string",
            "title": "Name",
            "description": "A note to readers. There is nothing else to configure: a run shares "
            "the worker's process and environment.",
        }
        variables = {"type": "object", "properties": {"name": name}}
        # Prefect refuses a template whose configuration is empty.
        return {"job_configuration": {"name": "{{ name }}"}, "variables": variables}

    async def setup(self) -> None:
        # Many runs, one process: a signal is for the worker, which lets the runs end (teardown).
        setattr(prefect.flow_engine, "capture_sigterm", nullcontext)  # noqa: B010
        await super().setup()
        # One client for all runs, not a connection and a version check for each.
        await self._exit_stack.enter_async_context(AsyncClientContext.get_or_create())
        await self._load_flows()
        for service in (self._listen, self._look_when_announced, self._check_cancelling):
            await self._start_until_teardown(service)

    async def teardown(self, *exc_info: Any) -> None:
        """Take nothing more, let running flows end within the grace, then stop the rest."""
        for scope in self._scheduled_task_scopes:
            scope.cancel()
        with anyio.move_on_after(self._grace_s, shield=True):
            while self._running:
                await anyio.sleep(0.05)
        for running in self._running.values():
            running.scope.cancel()
        await super().teardown(*exc_info)

    async def run(
        self,
        flow_run: FlowRun,
        configuration: BaseJobConfiguration,
        task_status: TaskStatus[int] | None = None,
    ) -> BaseWorkerResult:
        """Carry one run to its end; whatever its flow does becomes that run's state only."""
        await self._carry(flow_run)
        return BaseWorkerResult(identifier=str(flow_run.id), status_code=0)

    async def _submit_run(self, flow_run: FlowRun) -> None:
        """What Prefect does with a run that is due, without its seven requests about processes.

        Proposing Pending stays: it is what lets only one of several workers have the run, and
        what takes its place in a concurrency limit.
        """
        try:
            if await self._propose_pending_state(flow_run):
                await self._carry(flow_run)
        finally:
            self._release_limit_slot(flow_run.id)
            self._submitting_flow_run_ids.discard(flow_run.id)

    async def _carry(self, flow_run: FlowRun) -> None:
        try:
            flow = await self._flow_of(flow_run)
        except Exception as error:
            self._logger.exception("The flow of run %s cannot be loaded", flow_run.id)
            reason = f"The flow cannot be loaded: {type(error).__name__}: {error}"
            await self._propose_crashed_state(flow_run, reason)
            return
        running = self._running[flow_run.id] = Running()
        try:
            with running.scope:
                await carry(flow, flow_run, running)
        # A flow that ends its process, or an API that is away, must not take other runs along.
        except (Exception, Abort, Pause, SystemExit) as error:
            self._logger.warning("Run %s ended with %r", flow_run.id, error)
        finally:
            del self._running[flow_run.id]

    async def _load_flows(self) -> None:
        """Import every flow of the pool now, so that no run waits for it."""
        pool = WorkPoolFilter(name=WorkPoolFilterName(any_=[self._work_pool_name]))
        for deployment in await self.client.read_deployments(work_pool_filter=pool):
            try:
                self._flows[deployment.id] = flow_at(deployment.entrypoint)
            except Exception:
                # Its own runs will say so; the others go on.
                self._logger.exception("The flow of %s cannot be loaded", deployment.name)

    async def _flow_of(self, flow_run: FlowRun) -> AnyFlow:
        deployment_id = flow_run.deployment_id
        if deployment_id is None:
            raise LookupError("the run belongs to no deployment")
        if deployment_id not in self._flows:
            deployment = await self.client.read_deployment(deployment_id)
            self._flows[deployment_id] = flow_at(deployment.entrypoint)
        return self._flows[deployment_id]

    async def _listen(self) -> None:
        """Hear of new and of cancelled runs as they are announced; Prefect alone would poll."""
        names = EventNameFilter(name=[SCHEDULED, CANCELLING])
        pool = EventAnyResourceFilter(id=[f"prefect.work-pool.{self.work_pool.id}"])
        while True:
            try:
                wanted = EventFilter(event=names, any_resource=pool)
                async with get_events_subscriber(filter=wanted) as events:
                    async for event in events:
                        self._hear(event)
            except Exception as error:
                self._logger.debug("The event stream broke off: %r", error)
            await anyio.sleep(RECONNECT_AFTER_S)

    def _hear(self, event: Event) -> None:
        if event.event == SCHEDULED:
            self._announced.set()
            return
        self._cancel(UUID(event.resource.id.removeprefix("prefect.flow-run.")))

    def _cancel(self, run_id: UUID) -> None:
        if run_id in self._running:
            self._running[run_id].cancel()

    async def _look_when_announced(self) -> None:
        while True:
            await self._announced.wait()
            self._announced = anyio.Event()
            for pause in LOOKS_AFTER_S:
                await anyio.sleep(pause)
                try:
                    await self.get_and_submit_flow_runs()
                except Exception as error:
                    self._logger.debug("A look for work failed, the next one is soon: %r", error)

    async def _check_cancelling(self) -> None:
        """The event stream may have been away when a run was cancelled."""
        while True:
            await anyio.sleep(CANCELLING_CHECK_S)
            if not self._running:
                continue
            try:
                runs = await self.client.read_flow_runs(flow_run_filter=self._ours_cancelling())
                for run in runs:
                    self._cancel(run.id)
            except Exception as error:
                self._logger.debug("The check for cancelled runs failed: %r", error)

    def _ours_cancelling(self) -> FlowRunFilter:
        cancelling = FlowRunFilterStateType(any_=[StateType.CANCELLING])
        return FlowRunFilter(
            id=FlowRunFilterId(any_=list(self._running)),
            state=FlowRunFilterState(type=cancelling),
        )

    async def _start_until_teardown(self, service: Callable[[], Awaitable[None]]) -> None:
        async def in_scope() -> None:
            with anyio.CancelScope() as scope:
                self._scheduled_task_scopes.add(scope)
                await service()

        assert self._runs_task_group is not None  # noqa: S101 - set by BaseWorker.setup
        self._runs_task_group.start_soon(in_scope)
