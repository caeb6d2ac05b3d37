"""A wheel holds everything that the program reads: it runs where there is no repository."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parents[2]
UV = str(ROOT / "bin" / "uv")
PACKAGES = ("atmpflow", "models", "tasks", "flows", "deployments", "desk")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [UV, "build", "--quiet", "--offline", "--wheel", "--out-dir", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (built,) = folder.glob("*.whl")
    return built


def _of_the_repository() -> Iterator[str]:
    """What git keeps of the packages, and what they read beside themselves."""
    command = ["git", "ls-files", "-z", "--", *PACKAGES, "prefect.yaml", "examples"]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    yield from done.stdout.rstrip("\0").split("\0")


def test_a_wheel_holds_every_file_of_the_packages_and_beside_them(wheel: Path) -> None:
    with ZipFile(wheel) as opened:
        held = {name.partition(".data/purelib/")[2] or name for name in opened.namelist()}
    assert set(_of_the_repository()) - held == set()


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_main_job_runs_from_a_wheel(wheel: Path, tmp_path: Path) -> None:
    place = tmp_path / "environment"
    for command in (
        ["venv", "--quiet", "--python", sys.executable, str(place)],
        ["pip", "install", "--quiet", "--python", str(place / "bin" / "python"), str(wheel)],
    ):
        subprocess.run([UV, *command], cwd=ROOT, check=True)
    alone = {name: value for name, value in os.environ.items() if "PYTHON" not in name}
    demo = [str(place / "bin" / "atmpflow"), "demo", "--exit", "--json", "--journeys", "1"]
    done = subprocess.run(demo, cwd=tmp_path, env=alone, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    assert json.loads(done.stdout)["finished"]
