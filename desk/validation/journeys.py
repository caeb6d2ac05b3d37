"""Performance qualification: scripted journeys on the configuration of whoever runs it."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from subprocess import CompletedProcess
from time import monotonic
from typing import Any

from desk.demo.run import REAL
from desk.validation.release import digest
from models.keys import KEY_FILE, STATE_DIR
from tasks.anchors import where
from tasks.clock import SIMULATED

LONGEST_S = 900
KEPT = re.compile(r"Kept: (\S+)")
COMMAND = "from desk.cli.main import main; main()"
PLACES = frozenset({*REAL, KEY_FILE, where.KEY_FILE, where.FOLDERS})
"""Settings that would lead away from the place of a demonstration."""


@dataclass(frozen=True, slots=True)
class Journey:
    """One journey as it came out."""

    coi: str
    product: str
    pathway: str
    ended_at: str
    events: int


@dataclass(frozen=True, slots=True)
class Script:
    """One script as it was run: `atmpflow demo`, or one story, and the record verified after it."""

    command: str
    exit_code: int
    seconds: float
    journeys: tuple[Journey, ...]
    verified: bool
    invariants: int
    """How many invariants of the record held afterwards."""
    said: str = ""

    @property
    def right(self) -> bool:
        """Every journey came to its end, and the record is whole."""
        return self.exit_code == 0 and bool(self.journeys) and self.verified


def perform(stories: Iterable[str], referrals: Path | None) -> list[Script]:
    """Play the four pathways and each of the stories, each in a place of its own."""
    given = ("--referrals", str(referrals.absolute())) if referrals else ()
    return [_play(given), *(_play(("--story", name)) for name in stories)]


def referral_digest(referrals: Path | None) -> str:
    """Which referrals were played."""
    if referrals is None:
        return "the repository's examples"
    return f"{referrals.name}, SHA-256 {digest(referrals)}"


def _play(words: Sequence[str]) -> Script:
    asked = ("demo", "--exit", "--keep", *words)
    began = monotonic()
    done = _atmpflow((*asked, "--json"))
    place = _kept(done.stderr)
    try:
        verified, invariants = _verify(place) if place else (False, 0)
    finally:
        if place:
            shutil.rmtree(place, ignore_errors=True)
    told = _told(done.stdout)
    return Script(
        command=" ".join(("atmpflow", *asked)),
        exit_code=done.returncode,
        seconds=monotonic() - began,
        journeys=tuple(_journeys(told)),
        verified=verified,
        invariants=invariants,
        said=str(told.get("title", "")),
    )


def _atmpflow(words: Sequence[str], place: Path | None = None) -> CompletedProcess[str]:
    """Our own command line with the user's settings; of `place` where one is named."""
    ours = dict(os.environ)
    if place is not None:
        ours = {name: value for name, value in ours.items() if name not in PLACES}
        ours |= {STATE_DIR: str(place), SIMULATED: str(place / "simulated-clock")}
    return subprocess.run(  # noqa: S603 - our own command line
        [sys.executable, "-c", COMMAND, *words],
        env=ours,
        capture_output=True,
        text=True,
        check=False,
        timeout=LONGEST_S,
    )


def _kept(said: str) -> Path | None:
    """The folder that `--keep` names, also behind what was drawn on the same line."""
    found = KEPT.findall(said)
    return Path(found[-1]) if found else None


def _verify(place: Path) -> tuple[bool, int]:
    report = _told(_atmpflow(("verify", "--json"), place).stdout)
    held = [one for one in report.get("invariants", ()) if one["state"] == "holds"]
    return bool(report.get("ok")), len(held)


def _told(text: str) -> dict[str, Any]:
    try:
        told = json.loads(text)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _journeys(told: dict[str, Any]) -> Iterable[Journey]:
    """Of the demonstration all journeys; of a story its one."""
    if "story" in told or "timeline" in told:
        end = told.get("ended") or f"open, at {told.get('stage')}"
        events = len(told.get("timeline", ()))
        yield Journey(told.get("coi", ""), told.get("product", ""), "", end, events)
    for one in told.get("journeys", ()):
        yield Journey(one["coi"], one["product"], one["pathway"], one["last_stage"], one["events"])
