"""Measurements that take long: run for this pack when asked, and said to be not run otherwise."""

import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from time import monotonic

from desk.validation.sources import ROOT

LINES = 25
LONGEST_S = 3 * 3600


@dataclass(frozen=True, slots=True)
class Measurement:
    """One that can be asked for."""

    name: str
    title: str
    words: tuple[str, ...]
    shows: str


MEASUREMENTS = (
    Measurement(
        "planted",
        "Planted bugs",
        ("-m", "tests.planted"),
        "Each guard is left out in turn; the suite must notice.",
    ),
    Measurement(
        "mutation",
        "Mutation testing",
        ("-m", "tests.mutation"),
        "Every small change of the rules; at least 90 % must be noticed in each module.",
    ),
    Measurement(
        "faults",
        "Faults, head to head",
        ("-m", "benchmarks", "faults"),
        "Outages, killed servers and doubled runs, beside plain Prefect.",
    ),
    Measurement(
        "slow",
        "Long tests",
        ("-m", "pytest", "-m", "slow"),
        "100,000 steps of the state machine, kills at every point, 2,000 edits by a superuser.",
    ),
)


@dataclass(frozen=True, slots=True)
class Measured:
    """What came of one; `exit_code` is None where it was not run."""

    of: Measurement
    exit_code: int | None = None
    seconds: float = 0.0
    said: str = ""

    @property
    def outcome(self) -> str:
        """In words."""
        if self.exit_code is None:
            return "not run"
        return "passed" if self.exit_code == 0 else f"failed (exit code {self.exit_code})"

    @property
    def command(self) -> str:
        """As it is typed."""
        return " ".join(("bin/uv run python", *self.of.words))


def measure(wanted: Iterable[str]) -> list[Measured]:
    """Run those that are wanted, one after the other; the others are not run."""
    names = set(wanted)
    return [_run(one) if one.name in names else Measured(one) for one in MEASUREMENTS]


def _run(one: Measurement) -> Measured:
    began = monotonic()
    done = subprocess.run(  # noqa: S603 - our own words
        [sys.executable, *one.words],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=LONGEST_S,
    )
    said = "\n".join(done.stdout.splitlines()[-LINES:])
    return Measured(one, done.returncode, monotonic() - began, said)
