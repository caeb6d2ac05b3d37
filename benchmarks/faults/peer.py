"""Plain Prefect: its client, its server with its own settings, its automations."""

import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.faults.machine import Machine, default_server, machine
from benchmarks.faults.plain import BETWEEN, EFFECTS
from benchmarks.faults.side import Counted, eventually, sender

PREFECT_FILE = Path(__file__).parent / "plain.yaml"

STORED = (
    "SELECT count(DISTINCT resource_id) FROM events"
    " WHERE event = %(event)s AND resource_id = ANY(%(resources)s)"
)
TRIGGERED = """
SELECT count(*) FROM events WHERE event = 'prefect.automation.triggered' AND coalesce(
    payload->'triggering_event'->'resource'->>'prefect.resource.id',
    payload->'triggering_labels'->>'prefect.resource.id') = ANY(%(resources)s)
"""
ARMED = "SELECT count(*) FROM automation_bucket WHERE bucketing_key::text LIKE %(batch)s"


@dataclass
class Peer:
    """Prefect as its documentation would have it, with the worker that is quickest here."""

    machine: Machine
    effects: Path
    name: str = "plain"
    event: str = "shipment.delivered"

    @property
    def environment(self) -> Mapping[str, str]:
        return self.machine.stack.environment

    def labels(self, batch: str, count: int) -> Sequence[str]:
        return [f"{batch}-{number}" for number in range(count)]

    def counted(self, labels: Sequence[str]) -> Counted:
        return self._counted(labels, self.event)

    def fired(self, labels: Sequence[str]) -> Counted:
        return self._counted(labels, "shipment.sent")

    def arm(self, batch: str, count: int, due_in_s: float) -> Sequence[str]:
        """Proactive triggers: `within` is in plain.yaml; armed when each has its bucket."""
        labels = self.labels(batch, count)
        with sender(self) as client:
            client.send("shipment.sent", labels, 0)
        eventually(lambda: self._count(ARMED, {"batch": f"%{batch}-%"}) == count)
        return labels

    def scheduled_run(self, label: str) -> str:
        found = self.machine.api.get("/deployments/name/deliver/deliver").raise_for_status()
        path = f"/deployments/{found.json()['id']}/create_flow_run"
        made = self.machine.api.post(path, json={"parameters": {"shipment": label}})
        return str(made.raise_for_status().json()["id"])

    def _counted(self, labels: Sequence[str], event: str) -> Counted:
        left = Counter(one.name.split(BETWEEN)[0] for one in self.effects.iterdir())
        effects = [left[label] for label in labels]
        values = {"event": event, "resources": [f"shipment.{label}" for label in labels]}
        stored = self._count(STORED, values)
        acted = sum(one > 0 for one in effects)
        return Counted(stored, acted, sum(effects) - acted, self._triggered(labels))

    def _triggered(self, labels: Sequence[str]) -> int:
        """`prefect.automation.triggered` for these, as the event table has them."""
        return self._count(TRIGGERED, {"resources": [f"shipment.{label}" for label in labels]})

    def _count(self, query: str, values: Mapping[str, object]) -> int:
        assert self.machine.databases.prefect is not None
        (found,) = self.machine.asked(self.machine.databases.prefect, query, values)
        return int(found)


@contextmanager
def peer(folder: Path, port: int) -> Iterator[Peer]:
    """Plain Prefect, running."""
    effects = folder / "effects"
    effects.mkdir(parents=True)
    os.environ[EFFECTS] = str(effects)
    with machine(
        folder,
        starting=default_server,
        port=port,
        prepare=lambda databases: None,
        prefect_file=PREFECT_FILE,
        worker_module="deployments.work",
    ) as running:
        yield Peer(running, effects)
