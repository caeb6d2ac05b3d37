"""prefect.yaml and the code agree: each stage has its deployment and trigger, none is left over."""

import ast
from pathlib import Path
from typing import Any

import pytest
import yaml

from atmpflow.pathways import STAGE_NAMES
from models.compliance.statement import CADENCES

ROOT = Path(__file__).parents[2]
PREFECT: dict[str, Any] = yaml.safe_load((ROOT / "prefect.yaml").read_text(encoding="utf-8"))
DEPLOYMENTS: list[dict[str, Any]] = PREFECT["deployments"]
BY_ENTRYPOINT = {one["entrypoint"]: one for one in DEPLOYMENTS}
BESIDES = {"heartbeat", "refer", "sign_off", "verify", "anchor", "compliance"}
"""Flows that are no stage: what is scheduled, and the forms."""


def _flow(file: Path, name: str) -> ast.AsyncFunctionDef | None:
    """The flow of that name in a file, if it is there and asynchronous."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    found = (node for node in tree.body if isinstance(node, ast.AsyncFunctionDef))
    return next((node for node in found if node.name == name), None)


@pytest.mark.parametrize("stage", STAGE_NAMES)
def test_a_stage_has_one_deployment_of_its_own_flow(stage: str):
    entrypoint = f"flows/{stage}.py:{stage}"
    assert [one["entrypoint"] for one in DEPLOYMENTS].count(entrypoint) == 1
    assert _flow(ROOT / "flows" / f"{stage}.py", stage) is not None


@pytest.mark.parametrize("stage", STAGE_NAMES)
def test_a_stage_is_woken_by_its_own_event_and_by_no_other(stage: str):
    deployment = BY_ENTRYPOINT[f"flows/{stage}.py:{stage}"]
    (trigger,) = deployment["triggers"]
    assert trigger["type"] == "event"
    assert trigger["enabled"] is True
    assert trigger["expect"] == [f"atmpflow.{stage}.ready"]
    assert trigger["match"] == {"prefect.resource.id": f"atmpflow.stage.{stage}"}


@pytest.mark.parametrize("entrypoint", sorted(BY_ENTRYPOINT))
def test_a_trigger_gives_only_parameters_that_its_flow_takes(entrypoint: str):
    file, _, name = entrypoint.partition(":")
    flow = _flow(ROOT / file, name)
    assert flow is not None
    taken = {argument.arg for argument in (*flow.args.args, *flow.args.kwonlyargs)}
    given = {
        parameter
        for trigger in BY_ENTRYPOINT[entrypoint].get("triggers", ())
        for parameter in trigger.get("parameters", {})
    } | set(BY_ENTRYPOINT[entrypoint].get("parameters", {}))
    assert given <= taken
    if name in STAGE_NAMES:
        assert taken == given == {"journey"}


def test_no_deployment_and_no_flow_file_is_left_over():
    wanted = {*STAGE_NAMES, *BESIDES}
    assert set(BY_ENTRYPOINT) == {f"flows/{name}.py:{name}" for name in wanted}
    # One flow for three cadences of checks; every other has one deployment.
    assert len(BY_ENTRYPOINT) == len(DEPLOYMENTS) - (len(CADENCES) - 1)
    files = {file.stem for file in (ROOT / "flows").glob("*.py")} - {"__init__"}
    assert files == wanted


def test_every_deployment_says_what_it_is_for_and_where_it_runs():
    assert len({one["name"] for one in DEPLOYMENTS}) == len(DEPLOYMENTS)
    assert all(one["description"] and one["work_pool"]["name"] for one in DEPLOYMENTS)


@pytest.mark.parametrize("cadence", CADENCES)
def test_each_cadence_of_checks_has_its_own_schedule(cadence: str):
    (found,) = [one for one in DEPLOYMENTS if one["name"] == f"compliance-{cadence}"]
    assert found["entrypoint"] == "flows/compliance.py:compliance"
    assert found["parameters"] == {"cadence": cadence}
    (schedule,) = found["schedules"]
    minute, hour, day, month, weekday = schedule["cron"].split()
    assert schedule["active"] is True
    assert minute.isdigit()
    assert (day, month) == ("*", "*")
    assert (hour == "*", weekday == "*") == {
        "hourly": (True, True), "daily": (False, True), "weekly": (False, False),
    }[cadence]  # fmt: skip


def test_the_heartbeat_beats_by_itself():
    schedules = BY_ENTRYPOINT["flows/heartbeat.py:heartbeat"]["schedules"]
    assert [(one["interval"], one["active"]) for one in schedules] == [(60, True)]
