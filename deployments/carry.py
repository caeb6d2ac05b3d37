"""One run inside this process, under Prefect's own engine, so that it can be cancelled."""

from dataclasses import dataclass, field
from functools import partial
from typing import Any

import anyio
from prefect import Flow
from prefect.client.schemas.objects import FlowRun
from prefect.flow_engine import AsyncFlowRunEngine, run_flow_sync
from prefect.states import Cancelled

AnyFlow = Flow[..., Any]


@dataclass
class Running:
    """One run in this process: what stops it, and whether an operator asked for that."""

    scope: anyio.CancelScope = field(default_factory=anyio.CancelScope)
    cancelled: bool = False

    def cancel(self) -> None:
        self.cancelled = True
        self.scope.cancel()


class Engine(AsyncFlowRunEngine[..., Any]):
    """Prefect's engine, which by itself reports a run that we cancel as crashed."""

    running: Running

    async def handle_crash(self, exc: BaseException) -> None:
        if not self.running.cancelled:
            await super().handle_crash(exc)
            return
        with anyio.CancelScope(shield=True):
            await self.set_state(Cancelled(message="Cancelled while it ran."), force=True)


async def carry(flow: AnyFlow, flow_run: FlowRun, running: Running) -> None:
    """Run the flow under Prefect's own engine.

    A `def` flow gets a thread; it cannot be cancelled and costs a second at its end.
    """
    if not flow.isasync:
        options: dict[str, Any] = {"flow_run": flow_run, "parameters": flow_run.parameters}
        whole = partial(run_flow_sync, flow, **options, return_type="state")
        await anyio.to_thread.run_sync(whole)
        return
    engine = Engine(flow=flow, flow_run=flow_run, parameters=flow_run.parameters)
    engine.running = running
    async with engine.start():
        while engine.is_running():
            async with engine.run_context():
                await engine.call_flow_fn()
