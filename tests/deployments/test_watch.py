"""A worker that runs but does not report is ended; whatever else is wrong, it is left alone."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from deployments import watch
from deployments.child import Child, child
from deployments.watch import WorkerLook
from tests.stack import Installation

NOBODYS_POOL = "a-pool-that-nobody-works-for"


@pytest.fixture
def process(tmp_path: Path) -> Iterator[Child]:
    """A process of ours that does nothing, as one that waits for ever."""
    waiting = ["-c", "import time; time.sleep(600)"]
    with child(waiting, log=tmp_path / "log", environment={}) as started:
        yield started


def _looked_at_twice(monkeypatch: pytest.MonkeyPatch, look: WorkerLook) -> None:
    """Two looks, between which the patience ran out."""
    monkeypatch.setattr(watch, "SILENCE_S", -1.0)
    look()
    look()


def test_a_worker_that_does_not_report_is_ended(
    installed: Installation, process: Child, monkeypatch: pytest.MonkeyPatch
) -> None:
    _looked_at_twice(monkeypatch, WorkerLook(process, installed.stack.api_url, NOBODYS_POOL))
    process._process.wait(5)


def test_a_worker_that_has_only_been_silent_for_a_while_is_left_alone(
    installed: Installation, process: Child
) -> None:
    look = WorkerLook(process, installed.stack.api_url, NOBODYS_POOL)
    look()
    look()
    assert process.running


def test_a_worker_is_left_alone_while_the_server_does_not_answer(
    process: Child, monkeypatch: pytest.MonkeyPatch
) -> None:
    nobody = "http://127.0.0.1:9/api"
    _looked_at_twice(monkeypatch, WorkerLook(process, nobody, "a-pool"))
    assert process.running
