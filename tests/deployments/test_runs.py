"""Runs on the in-process worker: by hand, by event, failing, cancelled, on schedule."""

import asyncio
import time
from uuid import uuid4

import httpx
import pytest

from deployments.events import EventPost, Unavailable
from deployments.work import LOOK_EVERY_S
from tests.stack import PATIENCE_S, Installation, wake_up


def send(installed: Installation, *events: dict[str, object]) -> None:
    async def sending() -> None:
        async with EventPost(installed.stack.api_url) as prefect:
            await prefect.post(events)

    asyncio.run(sending())


def test_a_run_by_hand_completes(installed: Installation) -> None:
    run = installed.ended(installed.run("note/note", mark="by hand"))
    assert run["state_type"] == "COMPLETED"


def test_an_event_runs_the_deployment_with_a_parameter_of_its_payload(
    installed: Installation,
) -> None:
    mark = str(uuid4())
    send(installed, wake_up("atmpflow.note.ready", mark=mark))
    assert installed.wait_for_run_with({"mark": mark})["state_type"] == "COMPLETED"


def test_the_same_event_sent_twice_starts_one_run(installed: Installation) -> None:
    mark, later = str(uuid4()), str(uuid4())
    event = wake_up("atmpflow.note.ready", mark=mark)
    send(installed, event)
    send(installed, event, wake_up("atmpflow.note.ready", mark=later))
    installed.wait_for_run_with({"mark": later})  # whatever the second sending starts, started
    assert len(installed.runs_with({"mark": mark})) == 1


def test_a_batch_that_prefect_does_not_take_is_unavailable(installed: Installation) -> None:
    with pytest.raises(Unavailable):
        send(installed, {"event": "no resource"})


def test_a_server_that_is_away_is_unavailable() -> None:
    async def sending() -> None:
        async with EventPost("http://127.0.0.1:9/api") as prefect:
            await prefect.post([wake_up("atmpflow.note.ready")])

    with pytest.raises(Unavailable):
        asyncio.run(sending())


def test_a_failing_flow_fails_only_its_own_run(installed: Installation) -> None:
    waiting = installed.run("waits/waits", seconds=2)
    installed.when(waiting, {"RUNNING"})
    failing, leaving = installed.run("fails/fails"), installed.run("leaves/leaves")
    assert installed.ended(failing)["state_type"] == "FAILED"
    assert installed.ended(leaving)["state_type"] == "CRASHED"
    assert installed.ended(waiting)["state_type"] == "COMPLETED"
    assert installed.ended(installed.run("note/note"))["state_type"] == "COMPLETED"


def test_a_run_that_is_cancelled_stops_and_is_cancelled(installed: Installation) -> None:
    run_id = installed.run("waits/waits", seconds=60)
    installed.when(run_id, {"RUNNING"})
    state = {"state": {"type": "CANCELLING", "name": "Cancelling"}}
    installed.client.post(f"/flow_runs/{run_id}/set_state", json=state).raise_for_status()
    assert installed.ended(run_id)["state_type"] == "CANCELLED"
    states = installed.client.get("/flow_run_states/", params={"flow_run_id": run_id}).json()
    assert "Crashed" not in [one["name"] for one in states]


def test_a_flow_that_is_not_async_runs_too(installed: Installation) -> None:
    assert installed.ended(installed.run("plain/plain", mark="x"))["state_type"] == "COMPLETED"


def test_a_schedule_starts_runs(installed: Installation) -> None:
    completed = {
        "deployments": {"name": {"any_": ["often"]}},
        "flow_runs": {"state": {"type": {"any_": ["COMPLETED"]}}},
    }
    deadline = time.monotonic() + PATIENCE_S
    while not (runs := installed.client.post("/flow_runs/filter", json=completed).json()):
        assert time.monotonic() < deadline, "no scheduled run has completed"
        time.sleep(0.1)
    assert runs[0]["auto_scheduled"] is True


def test_the_server_listens_on_this_machine_only(installed: Installation) -> None:
    assert httpx.URL(installed.stack.api_url).host == "127.0.0.1"
    page = httpx.get(installed.stack.ui_url, follow_redirects=True, trust_env=False)
    assert page.headers["content-type"].startswith("text/html")
    settings = installed.client.get("/admin/settings").json()
    assert settings["server"]["analytics_enabled"] is False
    assert settings["results"]["persist_by_default"] is False


def test_a_deployment_that_somebody_moved_to_another_pool_stays_there(
    installed: Installation,
) -> None:
    client = installed.client
    pool = {"name": "elsewhere", "type": "process"}
    client.post("/work_pools/", json=pool).raise_for_status()
    path = f"/deployments/{client.get('/deployments/name/note/note').json()['id']}"
    try:
        client.patch(path, json={"work_pool_name": "elsewhere"}).raise_for_status()
        time.sleep(2 * LOOK_EVERY_S + 5)  # long enough to be missed, and for a new worker
        assert client.get(path).json()["work_pool_name"] == "elsewhere"
    finally:
        client.patch(path, json={"work_pool_name": "journeys"}).raise_for_status()
