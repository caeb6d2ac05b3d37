"""One whole installation that has done the main job, for all tests of flows."""

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

import httpx
import pytest
from rich.console import Console

from deployments.settings import Settings
from deployments.stack import Stack, running_stack
from desk.demo.play import Play, Played
from desk.demo.run import EXAMPLES, demanding, simulation
from desk.up import PREFECT_FILE
from models.database import connect

ONE_A_PATHWAY = ("kymriah", "ebvallo", "zolgensma", "holoclar")


def rows() -> list[dict[str, str]]:
    """The referrals of the job: one a pathway."""
    with (EXAMPLES / "referrals.csv").open(encoding="utf-8") as lines:
        return [row for row in csv.DictReader(lines) if row["product"] in ONE_A_PATHWAY]


def _written(folder: Path) -> Path:
    found = rows()
    file = folder / "four.csv"
    with file.open("w", encoding="utf-8", newline="") as lines:
        table = csv.DictWriter(lines, list(found[0]))
        table.writeheader()
        table.writerows(found)
    return file


@dataclass(frozen=True)
class Job:
    """What a finished main job left behind."""

    stack: Stack
    client: httpx.Client
    played: Played

    @property
    def folder(self) -> Path:
        return Path(self.stack.environment["ATMPFLOW_STATE_DIR"])

    def runs(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        while page := self._page("/flow_runs/filter", len(found)):
            found += page
        return found

    def artifacts(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        while page := self._page("/artifacts/filter", len(found)):
            found += page
        return found

    def _page(self, path: str, offset: int) -> list[dict[str, Any]]:
        answer = self.client.post(path, json={"limit": 100, "offset": offset})
        return answer.raise_for_status().json()

    def asked(self, deployment: str, parameters: dict[str, Any]) -> httpx.Response:
        """What Prefect answers to the UI's button, or to `prefect deployment run`."""
        found = self.client.get(f"/deployments/name/{deployment}").raise_for_status().json()
        path = f"/deployments/{found['id']}/create_flow_run"
        return self.client.post(path, json={"parameters": parameters})


@pytest.fixture(scope="package")
def job(new_folder: Callable[[str], Path]) -> Iterator[Job]:
    # The referrals come from elsewhere: what is in the state directory must name nobody.
    folder, elsewhere = new_folder("main-job"), new_folder("referrals")
    with simulation(folder) as clock, _stack(folder) as stack:
        engine = connect(stack.databases.application)
        play = Play(engine, stack.api_url, clock)
        played = play.run([_written(elsewhere)], Console(file=StringIO()), limit=None)
        engine.dispose()
        with httpx.Client(base_url=stack.api_url, timeout=20, trust_env=False) as client:
            yield Job(stack, client, played)


def _stack(folder: Path) -> Any:
    return running_stack(
        Settings(state_dir=folder, worker_grace_s=5),
        migrate=demanding,
        prefect_file=PREFECT_FILE,
        worker_module="deployments.engine_room",
    )
