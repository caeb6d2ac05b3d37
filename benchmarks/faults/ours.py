"""atmpflow: `atmpflow record` as the client, record, relay, worker, timers."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import Engine

from atmpflow.commands.admission import ConfirmEligibility
from atmpflow.commands.after import PlaceHold
from atmpflow.people import Actor, Role
from atmpflow.waits import HOLD_WITHIN
from benchmarks.faults.machine import Machine, machine, own_server
from benchmarks.faults.side import Counted, eventually, now
from benchmarks.journeys import next_asked, refer
from deployments.roles import Databases
from desk.prepare import prepare
from desk.sending import letters_to, sending
from desk.simulation.people import enrol, simulated_cast
from desk.up import PREFECT_FILE
from models.database import connect
from models.record import Request, record
from tasks import clock
from tasks.engine import URL

BEFORE = timedelta(days=6)
"""So long ago were these patients referred: since then nothing of theirs came due."""

PHYSICIAN = Actor("physician-1", Role.PHYSICIAN)
COORDINATOR = Actor("coordinator-1", Role.COORDINATOR)

AWAITED = ConfirmEligibility.name

CONFIRMED = """
SELECT count(DISTINCT journey_id) FILTER (WHERE name = 'eligibility.confirmed'),
    count(*) FILTER (WHERE name = 'panel.submitted'), max(recorded_at)
FROM ledger WHERE journey_id = ANY(%(journeys)s)
"""
ARMED = """
SELECT count(*) FROM timer WHERE journey_id = ANY(%(journeys)s) AND fired_at IS NULL
AND cancelled_at IS NULL AND due_at > now() AND due_at < now() + interval '1 hour'
"""
PASSED = """
SELECT count(*), count(DISTINCT journey_id), max(recorded_at) FROM ledger
WHERE name = 'deadline.passed' AND journey_id = ANY(%(journeys)s)
"""
TOLD = """
SELECT count(DISTINCT journey_id) FROM reaction
WHERE cause = 'deadline.passed' AND done_at IS NOT NULL AND journey_id = ANY(%(journeys)s)
"""


@dataclass
class Ours:
    """What `atmpflow up` runs; the effect of an event is a request in the panel's folder."""

    machine: Machine
    app: Engine
    journeys: dict[str, list[UUID]]
    name: str = "atmpflow"
    event: str = AWAITED

    @property
    def environment(self) -> Mapping[str, str]:
        return {**self.machine.stack.environment, URL: self.machine.databases.application}

    def labels(self, batch: str, count: int) -> Sequence[str]:
        assert len(self.journeys[batch]) == count
        return [str(journey) for journey in self.journeys[batch]]

    def counted(self, labels: Sequence[str]) -> Counted:
        confirmed, submitted, last_at = self._row(CONFIRMED, labels)
        requests = Counter(self._requests())
        files = [requests[label] for label in labels]
        acted = sum(one > 0 for one in files)
        return Counted(confirmed, acted, max(sum(files), submitted) - acted, submitted, last_at)

    def arm(self, batch: str, count: int, due_in_s: float) -> Sequence[str]:
        """A hold has to be decided on within a day: each began almost a day ago."""
        labels = self.labels(batch, count)
        began = now() + timedelta(seconds=due_in_s) - HOLD_WITHIN
        for label in labels:
            hold = PlaceHold(occurred_at=began, reason="BENCH")
            request = Request(hold, COORDINATOR, f"hold:{label}", UUID(label))
            record(self.app, request, clock.wall())
        eventually(lambda: self._row(ARMED, labels)[0] == count)
        return labels

    def fired(self, labels: Sequence[str]) -> Counted:
        passed, journeys, last_at = self._row(PASSED, labels)
        (told,) = self._row(TOLD, labels)
        return Counted(journeys, told, passed - journeys, passed, last_at)

    def scheduled_run(self, label: str) -> str:
        """The run that the wake-up of this journey has made."""
        command = ConfirmEligibility(occurred_at=clock.wall(), decision="eligible")
        request = Request(command, PHYSICIAN, f"{AWAITED}:{label}", UUID(label))
        record(self.app, request, clock.wall())
        wanted = {
            "deployments": {"name": {"any_": ["approval"]}},
            "flow_runs": {"state": {"type": {"any_": ["SCHEDULED"]}}},
            "sort": "EXPECTED_START_TIME_DESC",
        }

        def woken() -> str | None:
            runs = self.machine.api.post("/flow_runs/filter", json=wanted).raise_for_status().json()
            return next((o["id"] for o in runs if o["parameters"]["journey"] == label), None)

        return str(eventually(woken))

    def _requests(self) -> Iterator[str]:
        for file in (self.machine.folder / "requests" / "panel").glob("*.json"):
            yield json.loads(file.read_text(encoding="utf-8"))["journey"]

    def _row(self, query: str, labels: Sequence[str]) -> Any:
        values = {"journeys": [UUID(label) for label in labels]}
        return self.machine.asked(self.machine.databases.application, query, values)


def waiting_journeys(app: Engine, wanted: Mapping[str, int]) -> dict[str, list[UUID]]:
    """Journeys that wait for the physician to confirm eligibility, so many for each batch."""
    total = sum(wanted.values())
    made = [_waiting(app, number) for number in range(total)]
    return {batch: [made.pop() for _ in range(count)] for batch, count in wanted.items()}


def _waiting(app: Engine, number: int) -> UUID:
    asked = refer(app, number, on=(now() - BEFORE).date())
    journey = asked.request.journey
    while asked.request.command.name != AWAITED:
        record(app, asked.request, clock.wall(), asked.claim)
        asked = next_asked(app, journey)
    return journey


def _enrolled(url: str) -> None:
    """Who refers and confirms here has an account, as everybody who may record."""
    owner = connect(url)
    here = {PHYSICIAN.id: (PHYSICIAN.role,), COORDINATOR.id: (COORDINATOR.role,)}
    enrol(owner, {**simulated_cast(), **here})
    owner.dispose()


@contextmanager
def ours(folder: Path, port: int, batches: Mapping[str, int]) -> Iterator[Ours]:
    """atmpflow, running, with journeys for each batch of events."""
    journeys: dict[str, list[UUID]] = {}

    def fill(databases: Databases) -> None:
        prepare(databases.owner)
        _enrolled(databases.owner)
        app = connect(databases.application)
        journeys.update(waiting_journeys(app, batches))
        app.dispose()

    with machine(
        folder,
        starting=own_server,
        port=port,
        prepare=fill,
        prefect_file=PREFECT_FILE,
        worker_module="deployments.engine_room",
    ) as running:
        url = running.databases.application
        app = connect(url)
        with sending(app, letters_to(url, folder)):  # as `atmpflow up` does
            yield Ours(running, app, journeys)
        app.dispose()
