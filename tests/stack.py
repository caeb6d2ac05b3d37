"""One whole installation for tests: databases, Prefect server and worker in a folder of its own."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

from deployments.roles import Databases
from deployments.settings import Settings
from deployments.stack import Migrate, Stack, running_stack

FINAL = {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"}
PATIENCE_S = 30.0


@dataclass(frozen=True)
class Installation:
    """A running stack, and what tests ask of its Prefect server."""

    settings: Settings
    stack: Stack
    client: httpx.Client

    @property
    def databases(self) -> Databases:
        return self.stack.databases

    def run(self, deployment: str, **parameters: Any) -> str:
        """Start a run by hand (`flow/deployment`); returns its id."""
        found = self.client.get(f"/deployments/name/{deployment}").raise_for_status().json()
        path = f"/deployments/{found['id']}/create_flow_run"
        answer = self.client.post(path, json={"parameters": parameters})
        return str(answer.raise_for_status().json()["id"])

    def ended(self, run_id: str) -> dict[str, Any]:
        """The run, once it is in a final state."""
        return self.when(run_id, FINAL)

    def when(self, run_id: str, states: set[str]) -> dict[str, Any]:
        """The run, once it is in one of the states; fails the test after `PATIENCE_S` seconds."""
        deadline = time.monotonic() + PATIENCE_S
        while (run := self.client.get(f"/flow_runs/{run_id}").json())["state_type"] not in states:
            assert time.monotonic() < deadline, f"still {run['state_type']}"
            time.sleep(0.05)
        return run

    def runs_with(self, parameters: Mapping[str, Any]) -> Sequence[dict[str, Any]]:
        """Every run that was started with exactly these parameters."""
        runs = self.client.post("/flow_runs/filter", json={"limit": 200}).json()
        return [run for run in runs if run["parameters"] == parameters]

    def wait_for_run_with(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """The run that an event starts with these parameters, once it has ended."""
        deadline = time.monotonic() + PATIENCE_S
        while not (runs := self.runs_with(parameters)):
            assert time.monotonic() < deadline, "the event started no run"
            time.sleep(0.05)
        return self.ended(runs[0]["id"])


@contextmanager
def installation(
    state_dir: Path, *, prefect_file: Path | None = None, migrate: Migrate | None = None
) -> Iterator[Installation]:
    """A whole installation in `state_dir`; give each test session a folder of its own."""
    settings = Settings(state_dir=state_dir, worker_grace_s=5)
    with (
        running_stack(settings, prefect_file=prefect_file, migrate=migrate) as stack,
        httpx.Client(base_url=stack.api_url, timeout=10, trust_env=False) as client,
    ):
        yield Installation(settings=settings, stack=stack, client=client)


def wake_up(name: str, **payload: Any) -> dict[str, Any]:
    """A Prefect event about a journey, as the relay sends it."""
    return {
        "id": str(uuid4()),
        "occurred": datetime.now(UTC).isoformat(),
        "event": name,
        "resource": {
            "prefect.resource.id": f"atmpflow.journey.{uuid4()}",
            "prefect.resource.name": "COI-TEST",
        },
        "related": [],
        "payload": payload,
    }
