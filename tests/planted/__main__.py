"""Plant each bug in a copy of the project and run its tests: `python -m tests.planted [NAME ...]`.

Ends with 1 unless every bug is caught: by a test that fails with the bug and not without it.
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import monotonic

from rich.console import Console
from rich.table import Table

from tests.copies import copy_project
from tests.planted.bugs import Bug, bugs

CONSOLE = Console(highlight=False, width=130)
LONGEST_S = 600
# A collection that fails names a file only: then the tests did not run at all.
_FAILED = re.compile(r"^(?:FAILED|ERROR) (\S+::\S+)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Found:
    """What became of one bug: the first test that failed, if any, and the seconds it took."""

    bug: Bug
    test: str | None
    seconds: float


def _pytest(project: Path, tests: Iterable[str], *options: str) -> tuple[int, str]:
    environment = {
        **os.environ,
        "ATMPFLOW_HYPOTHESIS": "quick",
        "PYTHONDONTWRITEBYTECODE": "1",  # one file changes twice within a second
        "PYTHONPATH": str(project),
    }
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-n",
        "0",
        "-p",
        "no:cacheprovider",
        *options,
        *tests,
    ]
    done = subprocess.run(
        command,
        cwd=project,
        env=environment,
        check=False,
        capture_output=True,
        text=True,
        timeout=LONGEST_S,
    )
    return done.returncode, done.stdout


def failing(project: Path, tests: Iterable[str]) -> list[str]:
    """Tests that fail without any bug: these catch nothing. Raises RuntimeError where none ran."""
    code, said = _pytest(project, tests)
    found = _FAILED.findall(said)
    if code and not found:
        raise RuntimeError(said[-2000:])
    return found


def hunt(project: Path, bug: Bug, without: Iterable[str]) -> Found:
    """Plant one bug, run its tests (all but some), and take it out again."""
    file = project / bug.file
    before, begun = file.read_text(encoding="utf-8"), monotonic()
    file.write_text(bug.planted(before), encoding="utf-8")
    try:
        left_out = [f"--deselect={test}" for test in without]
        _, said = _pytest(project, bug.tests, "-x", *left_out)
    finally:
        file.write_text(before, encoding="utf-8")
    failed = _FAILED.search(said)
    return Found(bug, failed[1] if failed else None, monotonic() - begun)


def _table(found: Sequence[Found]) -> Table:
    caught = [one for one in found if one.test]
    seconds = median(one.seconds for one in found)
    table = Table(title=f"{len(caught)} of {len(found)} caught; median {seconds:.1f} s")
    for name in ("Bug", "Harm", "Caught by", "s"):
        table.add_column(name, overflow="fold")
    for one in found:
        test = one.test or "NOT CAUGHT"
        table.add_row(one.bug.name, one.bug.harm, test, f"{one.seconds:.1f}")
    return table


def main(names: Sequence[str]) -> int:
    """All bugs, or those named."""
    chosen = [bug for bug in bugs() if not names or bug.name in names]
    if not chosen:
        CONSOLE.print(f"Known: {', '.join(bug.name for bug in bugs())}")
        return 2
    with TemporaryDirectory(prefix="atmpflow-planted-") as base:
        project = copy_project(Path(base))
        failed = failing(project, sorted({test for bug in chosen for test in bug.tests}))
        found = [hunt(project, bug, failed) for bug in chosen]
    CONSOLE.print(_table(found))
    for test in failed:
        CONSOLE.print(f"fails without any bug: {test}", markup=False)
    return 0 if all(one.test for one in found) and not failed else 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
