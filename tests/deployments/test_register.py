"""Registration: the server holds what the file says, however often it is told."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from prefect.settings import PREFECT_API_URL, PREFECT_HOME
from prefect.settings.context import temporary_settings

from atmpflow.errors import Refused
from deployments import work
from deployments.register import register
from tests.stack import Installation

POOL = "spare"
FLOW = "from prefect import flow\n\n\n@flow\nasync def spare(mark: str = '') -> None: ...\n"
ENTRY = """
  - name: {name}
    entrypoint: spare_flow.py:spare
    description: A deployment for a test.
    tags: [test]
    parameters: {{mark: {name}}}
    work_pool: {{name: spare}}
    concurrency_limit: {{limit: 2, collision_strategy: ENQUEUE}}
    schedules: [{{cron: "0 3 * * *", timezone: UTC}}]
    triggers:
      - type: event
        enabled: true
        match: {{"prefect.resource.id": "atmpflow.journey.*"}}
        expect: ["atmpflow.{name}.ready"]
"""


@pytest.fixture
def project(tmp_path: Path, installed: Installation) -> Iterator[Path]:
    (tmp_path / "spare_flow.py").write_text(FLOW)
    # The user who runs the tests may have a Prefect of their own.
    with temporary_settings({PREFECT_API_URL: installed.stack.api_url, PREFECT_HOME: tmp_path}):
        yield tmp_path


def registered(project: Path, *names: str) -> list[str]:
    file = project / "prefect.yaml"
    entries = "".join(ENTRY.format(name=name) for name in names) or " []"
    file.write_text(f"name: test\npull: []\ndeployments:{entries}")
    return asyncio.run(register(file, work_pool=POOL))


def automations(installed: Installation) -> list[str]:
    found: list[dict[str, Any]] = installed.client.post("/automations/filter", json={}).json()
    return sorted(one["name"] for one in found if one["name"].startswith(("first", "second")))


def test_registering_twice_leaves_one_automation_for_each_trigger(
    installed: Installation, project: Path
) -> None:
    for _ in range(2):
        assert registered(project, "first", "second") == ["spare/first", "spare/second"]
        assert automations(installed) == ["first__automation_1", "second__automation_1"]


def test_what_the_file_says_is_what_the_server_holds(
    installed: Installation, project: Path
) -> None:
    registered(project, "first")
    held = installed.client.get("/deployments/name/spare/first").json()
    assert held["description"] == "A deployment for a test."
    assert held["tags"] == ["test"]
    assert held["parameters"] == {"mark": "first"}
    assert held["global_concurrency_limit"]["limit"] == 2
    assert [one["schedule"]["cron"] for one in held["schedules"]] == ["0 3 * * *"]
    assert held["work_pool_name"] == POOL


def test_what_left_the_file_is_removed_with_its_automation(
    installed: Installation, project: Path
) -> None:
    registered(project, "first", "second")
    assert registered(project, "second") == ["spare/second"]
    assert automations(installed) == ["second__automation_1"]
    assert installed.client.get("/deployments/name/spare/first").status_code == 404
    assert installed.client.get("/deployments/name/note/note").is_success, "another pool's"


def test_the_work_pool_is_of_our_type_and_explains_itself(
    installed: Installation, project: Path
) -> None:
    registered(project, "first")
    pool = installed.client.get(f"/work_pools/{POOL}").json()
    assert pool["type"] == "in-process"
    described = pool["base_job_template"]["variables"]["properties"]
    assert all(one["description"] for one in described.values())


def test_an_entry_that_prefect_refuses_is_named(project: Path) -> None:
    (project / "spare_flow.py").write_text("raise RuntimeError('broken')\n")
    with pytest.raises(Refused) as refused:
        registered(project, "first")
    assert refused.value.code == "deployment-invalid"
    assert refused.value.field == "deployments.first"


def test_deployments_whose_work_pool_was_deleted_are_registered_anew(
    installed: Installation, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(work, "LOOK_EVERY_S", 0.2)
    names = registered(project, "first", "second")
    look = work._still_registered(installed.stack.api_url, names)
    with pytest.raises(TimeoutError):
        asyncio.run(asyncio.wait_for(look, 1.0))
    assert installed.client.delete(f"/work_pools/{POOL}").is_success
    with pytest.raises(work.Forgotten, match="0 of 2"):
        asyncio.run(work._still_registered(installed.stack.api_url, names))
    assert registered(project, "first", "second") == names
    assert installed.client.get("/deployments/name/spare/first").json()["work_pool_name"] == POOL
