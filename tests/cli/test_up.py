"""`atmpflow up` as an operator starts it, watched by the doctor from another terminal."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.epcis.samples import document, moved
from tests.live.broker import PASSWORD, USER, RunningBroker, publisher, running_broker

ATMPFLOW = (sys.executable, "-c", "from desk.cli.main import main; main()")
PATIENCE_S = 60
SOMEBODY = ("--name", "Somebody", "--organisation", "R0A")


@dataclass(frozen=True)
class Engine:
    """What runs in the other terminal."""

    process: subprocess.Popen[str]
    environment: dict[str, str]
    api: httpx.Client
    http: str
    """Where other systems ask."""
    broker: RunningBroker

    def run(self, *words: str) -> Any:
        """What a command answers in a process of its own."""
        done = subprocess.run(
            [*ATMPFLOW, *words, "--json"],
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE_S,
        )
        return done.returncode, json.loads(done.stdout)

    def checks(self) -> dict[str, str]:
        return {one["name"]: one["state"] for one in self.run("doctor")[1]["checks"]}


@pytest.fixture(scope="module")
def up(new_folder: Callable[[str], Path]) -> Iterator[Engine]:
    """Everything, running."""
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("ATMPFLOW_")
    }
    environment["ATMPFLOW_STATE_DIR"] = str(new_folder("up"))
    command = [*ATMPFLOW, "up", "--json"]
    with running_broker(new_folder("broker")) as broker:
        says = {"URL": broker.url, "ACCOUNT": "nobody-1", "USERNAME": USER, "PASSWORD": PASSWORD}
        environment |= {f"ATMPFLOW_MQTT_{name}": value for name, value in says.items()}
        with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as up:
            assert up.stdout is not None
            places = json.loads(up.stdout.readline())
            with httpx.Client(base_url=places["api"], trust_env=False) as api:
                found = Engine(up, environment, api, places["http"], broker)
                assert found.run("account", "first", "admin-1", *SOMEBODY)[0] == 0
                yield found
            up.kill()


def _deployment(up: Engine, name: str) -> str:
    found = up.api.post("/deployments/filter", json={"deployments": {"name": {"any_": [name]}}})
    return str(found.raise_for_status().json()[0]["id"])


def test_everything_that_up_starts_is_well(up: Engine) -> None:
    code, told = up.run("doctor")
    assert (code, told["ok"]) == (0, True), [
        one for one in told["checks"] if one["state"] == "fail"
    ]
    named = {one["name"] for one in told["checks"]}
    assert {"prefect-api", "work-pool", "worker", "deployments", "wake-ups", "http"} <= named


def test_a_stage_that_cannot_run_is_found(up: Engine) -> None:
    path = f"/deployments/{_deployment(up, 'consent')}"
    up.api.post(f"{path}/pause_deployment").raise_for_status()
    assert up.checks()["deployments"] == "fail"
    up.api.post(f"{path}/resume_deployment").raise_for_status()
    assert up.checks()["deployments"] == "ok"


def test_a_stage_that_nothing_would_wake_is_found(up: Engine) -> None:
    related = f"/automations/related-to/prefect.deployment.{_deployment(up, 'consent')}"
    (automation,) = up.api.get(related).raise_for_status().json()
    path = f"/automations/{automation['id']}"
    up.api.patch(path, json={"enabled": False}).raise_for_status()
    assert up.checks()["wake-ups"] == "fail"
    up.api.patch(path, json={"enabled": True}).raise_for_status()
    assert up.checks()["wake-ups"] == "ok"


def test_a_system_with_its_token_is_answered_over_http_and_nobody_else(up: Engine) -> None:
    admin = ("--as", "admin-1")
    for words in (
        ("add", "courier-system", "--machine", *SOMEBODY, *admin),
        ("appoint", "courier-system", "--role", "courier", "--site", "*", "--reason", "r", *admin),
    ):
        assert up.run("account", *words)[0] == 0
    _, told = up.run("account", "token", "courier-system", "--reason", "its EPCIS", *admin)
    with httpx.Client(base_url=up.http, trust_env=False) as partner:
        for path in ("/readings", "/epcis/capture", "/fhir/$process-message"):
            assert partner.post(path, content=b"{}").status_code == 401
        partner.headers["Authorization"] = f"Bearer {told['token']}"
        assert partner.post("/readings", content=b"{}").json()["code"] == "readings-invalid"
        sent = partner.post("/epcis/capture", json=document(moved()))
        assert sent.status_code == 202, sent.text
        assert partner.get(sent.headers["Location"]).json()["success"] is True
    assert told["token"] not in json.dumps(up.run("account", "list", "courier-system"))


def test_readings_come_in_by_mqtt_too(up: Engine) -> None:
    with publisher(up.broker) as publish:
        publish(b'{"batch": "B-1", "logger": "L-1"}')
    deadline = time.monotonic() + PATIENCE_S
    while not (refused := [one for one in up.run("logger", "refused")[1] if one["batch"]]):
        assert time.monotonic() < deadline
    (found,) = refused
    assert (found["source"], found["code"]) == ("mqtt", "account-unknown")
    assert (found["batch"], found["logger"]) == ("B-1", "L-1")


def _somebody_refers(up: Engine) -> None:
    """What its administrator does before the first referral."""
    given = ("--role", "coordinator", "--site", "*", "--reason", "new installation")
    for words in (
        ("add", "coordinator-1", *SOMEBODY, "--as", "admin-1"),
        ("appoint", "coordinator-1", *given, "--as", "admin-1"),
    ):
        code, told = up.run("account", *words)
        assert code == 0, told


def test_ctrl_c_stops_it_and_what_was_recorded_stays(up: Engine) -> None:
    example = Path(__file__).parents[2] / "examples" / "referral.json"
    _somebody_refers(up)
    _, told = up.run("refer", str(example), "--as", "coordinator-1", "--role", "coordinator")
    up.process.send_signal(signal.SIGINT)
    assert up.process.wait(timeout=PATIENCE_S) == 0
    code, checks = up.run("doctor")
    assert (code, checks["ok"]) == (5, False)
    _, journeys = up.run("journeys")
    assert [one["coi"] for one in journeys] == [told["opened"][0]["coi"]]
