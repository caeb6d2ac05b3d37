"""The whole installation ends as asked, dies with its parent, and comes back as it was."""

import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from atmpflow.errors import Refused
from deployments.embedded import running_postgres
from deployments.reporting import last_report
from deployments.server import last_api_url, starting_server
from deployments.settings import Settings
from tests.deployments.conftest import PROJECT
from tests.stack import Installation, installation


def answers(api_url: str) -> bool:
    try:
        return httpx.get(f"{api_url}/health", timeout=2, trust_env=False).is_success
    except httpx.TransportError:
        return False


@dataclass(frozen=True)
class Restarted:
    """An installation that was ended in the middle of a run and started again as a process."""

    run_id: str
    api_url: str
    process: subprocess.Popen[str]
    state_dir: Path


RESTART = """
import sys, time
from pathlib import Path
from deployments.settings import Settings
from deployments.stack import running_stack
with running_stack(Settings(state_dir=Path(sys.argv[1])), worker_module=None):
    print('up', flush=True)
    time.sleep(60)
"""


@pytest.fixture(scope="module")
def restarted(new_folder: Callable[[str], Path]) -> Iterator[Restarted]:
    state_dir = new_folder("restarted")
    with installation(state_dir, prefect_file=PROJECT / "prefect.yaml") as first:
        run_id = first.run("waits/waits", seconds=2)
        first.when(run_id, {"RUNNING"})
    command = [sys.executable, "-c", RESTART, str(state_dir)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "up\n"
        yield Restarted(run_id, first.stack.api_url, process, state_dir)
        process.kill()
    with running_postgres(state_dir):
        pass  # takes over what the killed process left, and stops it


def test_a_flow_that_ran_at_the_end_could_finish_and_is_still_known(restarted: Restarted) -> None:
    assert last_api_url(Settings(state_dir=restarted.state_dir)) == restarted.api_url, (
        "bookmarks go on working"
    )
    run = httpx.get(f"{restarted.api_url}/flow_runs/{restarted.run_id}", trust_env=False).json()
    assert run["state_type"] == "COMPLETED"


def test_the_server_ends_when_its_parent_is_killed(restarted: Restarted) -> None:
    assert answers(restarted.api_url)
    restarted.process.kill()
    deadline = time.monotonic() + 10
    while answers(restarted.api_url):
        assert time.monotonic() < deadline, "the server outlived its parent"
        time.sleep(0.1)


def test_a_second_start_on_the_same_folder_is_refused(installed: Installation) -> None:
    prefect = installed.databases.prefect
    assert prefect is not None
    with pytest.raises(Refused) as refused, starting_server(installed.settings, prefect):
        pass
    assert refused.value.code == "already-running"
    assert installed.stack.api_url in refused.value.message


def test_a_port_that_is_taken_is_refused(installed: Installation, tmp_path: Path) -> None:
    port = httpx.URL(installed.stack.api_url).port
    assert port is not None
    settings = Settings(state_dir=tmp_path, prefect_port=port)
    with pytest.raises(Refused) as refused, starting_server(settings, "unused"):
        pass
    assert refused.value.code == "port-taken"


def test_a_database_server_half_described_is_refused() -> None:
    with pytest.raises(Refused) as refused:
        Settings(database_url="postgresql://example.invalid/atmpflow")
    assert refused.value.field == "owner_database_url"


def test_the_settings_never_show_a_password() -> None:
    secret = "postgresql://role:secret-word@example.invalid/atmpflow"
    settings = Settings(database_url=secret, owner_database_url=secret, prefect_database_url=secret)
    assert "secret-word" not in repr(settings)


def test_a_server_too_busy_to_answer_is_waited_for() -> None:
    with socket.create_server(("127.0.0.1", 0)) as busy, httpx.Client(timeout=0.2) as client:
        url = f"http://127.0.0.1:{busy.getsockname()[1]}/api"  # taken on, and never answered
        assert last_report(client, url, "a-pool") is None


def test_two_installations_that_start_at_once_never_share_a_server(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    first, second = (
        Settings(state_dir=tmp_path / name, prefect_port=port) for name in ("first", "second")
    )
    nowhere = "postgresql+asyncpg://nobody@127.0.0.1:1/none"
    with (
        starting_server(first, nowhere),  # which does not listen yet
        pytest.raises(Refused) as refused,
        starting_server(second, nowhere),
    ):
        pass
    assert refused.value.code == "port-taken"
