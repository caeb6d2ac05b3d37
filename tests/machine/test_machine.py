"""A state machine drives the real record; every invariant is checked after every step.

ATMPFLOW_MACHINE_SEED plays another seed, or the same again. Two processes play at once, each in a
database of its own, from seeds that follow one another.
"""

import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest

from atmpflow.commands import COMMANDS
from tests.conftest import Database
from tests.machine.asking import ENGINES
from tests.machine.conftest import Made

ROOT = Path(__file__).parents[2]
SEED = int(os.environ.get("ATMPFLOW_MACHINE_SEED", "20261123"))
PROCESSES = 2
SEEDS = f"seeds {SEED} to {SEED + PROCESSES - 1}"
Say = Callable[[str, object], None]


def _started(
    database: Database, made: Made, *, seed: int, steps: int, core: int | None
) -> subprocess.Popen[str]:
    words = {
        "application": database.application,
        "administrator": database.administrator,
        "world": str(made.file),
        "seed": str(seed),
        "steps": str(steps),
    } | ({} if core is None else {"core": str(core)})
    arguments = [word for name, value in words.items() for word in (f"--{name}", value)]
    return subprocess.Popen(
        [sys.executable, "-m", "tests.machine.run", *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def _played(made: Made, steps: int, *, alone: bool = False) -> Counter[str]:
    """What all processes together did. Fails with what the first of them has found.

    Where nothing else runs on the machine, each has a core of its own.
    """
    done: Counter[str] = Counter()
    began = time.monotonic()
    with ExitStack() as stack:
        databases = [stack.enter_context(made.copy()) for _ in range(PROCESSES)]
        running = [
            _started(
                database,
                made,
                seed=SEED + number,
                steps=steps // PROCESSES,
                core=number if alone else None,
            )
            for number, database in enumerate(databases)
        ]
        for number, process in enumerate(running):
            output = process.communicate()[0]
            assert process.returncode == 0, f"seed {SEED + number}:\n{output[-20_000:]}"
            done.update(json.loads(output.splitlines()[-1]))
    done["seconds"] = round(time.monotonic() - began)
    return done


def _shown(done: Counter[str]) -> str:
    named = (
        "steps",
        "seconds",
        "checks",
        "queries",
        "accepted",
        "refused",
        "repeated",
        "must be refused",
    )
    return ", ".join(f"{done[name]} {name}" for name in named)


@pytest.mark.timeout(600)
def test_two_thousand_steps_break_nothing(made: Made, record_property: Say):
    done = _played(made, 2_000)
    record_property("said", f"state machine, {SEEDS}: {_shown(done)}")
    assert done["steps"] >= 2_000
    assert done["checks"] >= done["steps"]
    assert done["accepted"] > 500
    assert done["must be refused"] > 300
    assert done["repeated"] > 15


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_a_hundred_thousand_steps_break_nothing(made: Made, record_property: Say):
    done = _played(made, 100_000, alone=True)
    record_property("said", f"state machine, {SEEDS}: {_shown(done)}")
    record_property("said", json.dumps(done, indent=1, sort_keys=True))
    assert done["steps"] >= 100_000
    assert done["checks"] >= done["steps"]
    never = {name for name in COMMANDS if not done[f"asked: {name}"]}
    assert never <= {kind.name for kind in ENGINES}, "what people may ask was never asked"
