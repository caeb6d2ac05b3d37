"""`atmpflow demo`: start everything in a place of its own, refer, and play to the end."""

import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console

from atmpflow.people import Role
from deployments.roles import Databases
from deployments.settings import Settings
from deployments.stack import Stack, running_stack
from desk.cli.output import show_json
from desk.demo.play import Play, Played
from desk.environment import environment
from desk.prepare import prepare
from desk.simulation.people import actor
from desk.stories.page import page, show
from desk.stories.story import Story
from desk.up import PREFECT_FILE, wait_for_signal
from models.database import connect
from models.keys import KEY_FILE, key_file_in
from models.passwords import MEMORY_KIB
from tasks.anchors import where
from tasks.clock import SIMULATED
from tasks.engine import URL
from tasks.signing import demand

EXAMPLES = PREFECT_FILE.parent / "examples"

REAL = (
    URL, "ATMPFLOW_DATABASE_URL", "ATMPFLOW_OWNER_DATABASE_URL", "ATMPFLOW_PREFECT_DATABASE_URL",
    "ATMPFLOW_PREFECT_API_URL",
)  # fmt: skip
"""Names a database or server of the user's; a simulation must never find its way there."""


def run_demo(
    *,
    exit_after: bool,
    as_json: bool,
    journeys: int | None = None,
    referrals: Path | None = None,
    keep: bool = False,
    story: Story | None = None,
) -> int:
    """Run the main job, or tell a story; returns the exit code: 0 when all came to their end."""
    console = Console(stderr=as_json)
    began = time.monotonic()
    with _place(keep=keep) as folder, simulation(folder):
        console.print("Starting PostgreSQL, Prefect and one worker (simulated site) ...")
        with _stack(folder) as stack:
            console.print(f"Prefect UI: [link]{stack.ui_url}[/link]")
            played = _play(stack, console, _files(referrals), journeys, story)
            if story is not None:
                _show_story(stack, story, played, as_json=as_json)
            else:
                report(played, console, as_json=as_json, seconds=time.monotonic() - began)
            if not exit_after:
                console.print(f"Look around at {stack.ui_url}; Ctrl-C stops.")
                wait_for_signal()
    return 0 if played.finished else 1


@contextmanager
def _place(*, keep: bool) -> Iterator[Path]:
    """A state directory of its own: a demonstration never touches real journeys."""
    folder = Path(tempfile.mkdtemp(prefix="atmpflow-demo-"))
    try:
        yield folder
    finally:
        if keep:
            sys.stderr.write(f"Kept: {folder}\n")
        else:
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def simulation(folder: Path) -> Iterator[Path]:
    """Partners and time are simulated, here and in what is started; yields the clock's file."""
    clock = folder / "simulated-clock"
    clock.write_text("2000-01-01T00:00:00+00:00", encoding="ascii")
    wanted = {
        "ATMPFLOW_PARTNERS": "simulated",
        SIMULATED: str(clock),
        KEY_FILE: str(key_file_in(folder)),
        where.KEY_FILE: str(where.key_file_in(folder)),
        where.FOLDERS: where.folders_in(folder),
        MEMORY_KIB: "32",  # the passwords of simulated people guard nothing
        **dict.fromkeys(REAL),
    }
    with environment(wanted):
        yield clock


def demanding(databases: Databases) -> None:
    """A database in which the simulated people sign whatever must be signed."""
    prepare(databases.owner)
    engine = connect(databases.application)
    try:
        demand(engine, actor(Role.COMPLIANCE))
    finally:
        engine.dispose()


@contextmanager
def _stack(folder: Path) -> Iterator[Stack]:
    with running_stack(
        Settings(state_dir=folder),
        migrate=demanding,
        prefect_file=PREFECT_FILE,
        worker_module="deployments.engine_room",
    ) as stack:
        yield stack


def _files(referrals: Path | None) -> list[Path]:
    """The referrals to send in: the user's, or our example in each format."""
    if referrals is not None:
        return [referrals]
    return [EXAMPLES / name for name in ("referral-bars.json", "referral.json", "referrals.csv")]


def _show_story(stack: Stack, story: Story, played: Played, *, as_json: bool) -> None:
    engine = connect(stack.databases.application)
    try:
        told = page(engine, story, next(iter(played.courses.values())).facts)
    finally:
        engine.dispose()
    if as_json:
        show_json(told)
    else:
        show(told)


def _play(
    stack: Stack,
    console: Console,
    files: list[Path],
    journeys: int | None,
    story: Story | None = None,
) -> Played:
    engine = connect(stack.databases.application)
    try:
        play = Play(engine, stack.api_url, Path(os.environ[SIMULATED]), story)
        return play.run(files, console, limit=journeys)
    finally:
        engine.dispose()


def report(played: Played, console: Console, *, as_json: bool, seconds: float) -> None:
    """Say what became of all journeys: one JSON object on standard output, or a line."""
    summary: dict[str, Any] = {**played.summary(), "seconds": round(seconds, 2)}
    if as_json:
        sys.stdout.write(json.dumps(summary) + "\n")
        sys.stdout.flush()
        return
    console.print(
        f"{len(summary['journeys'])} journeys, {summary['events']} events,"
        f" {summary['seconds']:.1f} s in all. The site and its time were simulated."
    )
