"""One process of the state machine: `python -m tests.machine.run --help`."""

import argparse
import gc
import json
import os
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test
from sqlalchemy import Engine, create_engine, event

from models.database import OPTIONS
from tests.conftest import Database
from tests.machine.cores import beside, stay
from tests.machine.machine import Machine
from tests.machine.world import World, enter

STEPS = 50
"""Steps of one example."""


def quick(url: str) -> Engine:
    """As `connect`, but nobody asks first whether the server is still there."""
    engine = create_engine(
        url, pool_size=4, pool_reset_on_return=None, connect_args={"options": OPTIONS}
    )

    @event.listens_for(engine, "connect")
    def here(connection: Any, _: object) -> None:
        beside(connection)

    return engine


def fresh(world: World) -> type[Machine]:
    """A machine in a world, that has counted nothing yet."""
    return type("Machine", (Machine,), {"world": world, "counts": Counter()})


def play(machine: type[Machine], number: int, steps: int, *, shrink: bool = True) -> None:
    """Play at least so many steps from a seed. Raises whatever a step has found."""
    turn = 0
    while machine.counts["steps"] < steps:
        missing = steps - machine.counts["steps"]
        chosen = _settings(-(-missing // STEPS), shrink=shrink)
        run_state_machine_as_test(seed(f"{number}:{turn}")(machine), settings=chosen)
        turn += 1


def _settings(examples: int, *, shrink: bool) -> settings:
    return settings(
        max_examples=examples,
        stateful_step_count=STEPS,
        phases=(Phase.generate, Phase.shrink) if shrink else (Phase.generate,),
        deadline=None,
        database=None,
        derandomize=False,
        report_multiple_bugs=False,
        suppress_health_check=(HealthCheck.too_slow, HealthCheck.data_too_large),
    )


def main(arguments: Sequence[str]) -> None:
    """Play in a copy of the world, and print what was done as one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("application", "administrator", "world"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--core", type=int, help="stay on one core, with its database sessions")
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--steps", type=int, required=True)
    asked = parser.parse_args(arguments)
    if asked.core is not None:
        stay(asked.core)
    folder = Path(asked.world).parent
    database = Database(
        application=asked.application,
        owner_url="",
        administrator=asked.administrator,
        app=quick(asked.application),
        owner=quick(asked.application),
        clock=folder / f"clock-{os.getpid()}",
    )
    with enter(database, Path(asked.world)) as world:
        machine = fresh(world)
        gc.freeze()  # what was imported and read stays
        gc.set_threshold(50_000, 50, 100)
        play(machine, asked.seed, asked.steps)
        machine.counts["checks"] = world.checker.times
        machine.counts["queries"] = world.checker.queries
    sys.stdout.write(json.dumps(machine.counts) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
