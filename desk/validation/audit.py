"""Known vulnerabilities of what the lock file names: asked of a service, or said to be unknown."""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal

from desk.validation.bill import needs
from desk.validation.packages import locked
from desk.validation.release import LOCK, digest

SERVICES = ("osv", "pypi")
TIMEOUT_S = 10
LONGEST_S = 600


@dataclass(frozen=True, slots=True)
class Weakness:
    """A known vulnerability of something that is installed."""

    package: str
    version: str
    id: str
    fixed_in: str
    aliases: str


@dataclass(frozen=True, slots=True)
class Audit:
    """What came of asking. What could not be asked is never clean."""

    state: Literal["asked", "could not be asked", "not asked"]
    how: str
    reason: str = ""
    asked: int = 0
    found: tuple[Weakness, ...] = ()
    document: dict[str, Any] | None = None

    @property
    def done(self) -> bool:
        """Whether an answer was given for every package."""
        return self.state == "asked"


def ask(service: str) -> Audit:
    """Ask a service now. Raises `Refused` (tool-missing) where pip-audit is not installed."""
    needs("pip_audit", "pip-audit")
    how = f"pip-audit {version('pip-audit')}, service {service}, requirements.lock {digest(LOCK)}"
    words = ["--requirement", str(LOCK), "--disable-pip", "--require-hashes", "--format", "json"]
    words += ["--vulnerability-service", service, "--timeout", str(TIMEOUT_S)]
    try:
        done = subprocess.run(  # noqa: S603 - our own words
            [sys.executable, "-m", "pip_audit", *words, "--progress-spinner", "off"],
            capture_output=True,
            text=True,
            check=False,
            timeout=LONGEST_S,
        )
    except subprocess.TimeoutExpired:
        return Audit("could not be asked", how, f"no answer within {LONGEST_S} s")
    return _judged(how, done.stdout, done.stderr)


def saved(file: Path) -> Audit:
    """The answer that was saved elsewhere: `pip-audit -r requirements.lock ... -f json -o FILE`."""
    how = f"given as {file.name}, SHA-256 {digest(file)}"
    return _judged(how, file.read_text(encoding="utf-8"), "the file is no answer of pip-audit")


def not_asked() -> Audit:
    """Nobody wanted it asked."""
    return Audit("not asked", "left out when this pack was made")


def _judged(how: str, told: str, trouble: str) -> Audit:
    try:
        document = json.loads(told)
        names = {one["name"] for one in document["dependencies"] if "vulns" in one}
        found = tuple(_found(document))
    except (ValueError, KeyError, TypeError):
        return Audit("could not be asked", how, _last(trouble))
    unasked = sorted({name for name, _ in locked()} - {_plain(name) for name in names})
    if unasked:
        reason = f"no answer for {', '.join(unasked)}"
        return Audit("could not be asked", how, reason, len(names), found, document)
    return Audit("asked", how, "", len(names), found, document)


def _plain(name: str) -> str:
    return name.lower().replace("_", "-").replace(".", "-")


def _found(document: dict[str, Any]) -> Iterator[Weakness]:
    for one in document["dependencies"]:
        for weak in one.get("vulns", ()):
            yield Weakness(
                one["name"],
                one["version"],
                weak["id"],
                ", ".join(weak.get("fix_versions", ())) or "no version yet",
                ", ".join(weak.get("aliases", ())),
            )


def _last(text: str) -> str:
    """The last line of what a tool said, which names the error."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1][:300] if lines else "the tool said nothing"
