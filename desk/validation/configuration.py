"""The configuration specification: settings, product files, the process map, the documents."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from atmpflow import products
from atmpflow.products.catalogue import FOLDER, catalogue
from deployments.settings import Settings
from desk.validation.release import digest
from desk.validation.sources import ROOT
from models.compliance.statement import CADENCES, checks
from tasks.loggers.mapped import FOLDER as LOGGER_FOLDER

PREFIX = "ATMPFLOW_"
CLOSED = ("URL", "SMTP", "SECRET", "SIGNATURE")
"""Settings whose values may hold a password: they are set or not, and never shown."""


@dataclass(frozen=True, slots=True)
class Deployment:
    """A line of the process map."""

    name: str
    flow: str
    starts: str
    pool: str


@dataclass(frozen=True, slots=True)
class Configuration:
    """What can be set, and what is."""

    settings: tuple[tuple[str, str, str], ...]
    """Name, what it is, and its value."""
    products: tuple[tuple[str, str, str, str], ...]
    """Code, name, file, digest."""
    formats: tuple[tuple[str, str], ...]
    """Data files of loggers' exports, with digests."""
    deployments: tuple[Deployment, ...]
    checks: tuple[tuple[str, int], ...]
    documents: tuple[tuple[str, str], ...]
    """Pages of docs/, with digests."""


def configuration() -> Configuration:
    """As it is for this process: defaults where nothing is set."""
    return Configuration(
        settings=tuple(_settings(os.environ)),
        products=tuple(_products()),
        formats=tuple(_formats()),
        deployments=tuple(_deployments()),
        checks=tuple((one, sum(c.cadence == one for c in checks())) for one in CADENCES),
        documents=tuple(_documents()),
    )


def _settings(environ: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    known = {f"{PREFIX}{name.upper()}": one for name, one in Settings.model_fields.items()}
    for name, one in known.items():
        yield name, one.title or "", _value(name, environ) or "default"
    for name in sorted(set(environ) - set(known)):
        if name.startswith(PREFIX):
            yield name, "", _value(name, environ)


def _value(name: str, environ: Mapping[str, str]) -> str:
    value = environ.get(name, "")
    return "set, not shown" if value and any(word in name for word in CLOSED) else value


def _products() -> Iterator[tuple[str, str, str, str]]:
    folders = [Path(products.__file__).parent, *_folder(FOLDER)]
    files = {file.stem: file for folder in folders for file in sorted(folder.glob("*.toml"))}
    for code, spec in sorted(catalogue().items()):
        yield code, spec.name, files[code].name, digest(files[code])


def _folder(name: str) -> list[Path]:
    named = os.environ.get(name)
    return [Path(named)] if named else []


def _formats() -> Iterator[tuple[str, str]]:
    for folder in _folder(LOGGER_FOLDER):
        for file in sorted(folder.glob("*.toml")):
            yield file.name, digest(file)


def _deployments() -> Iterator[Deployment]:
    told: dict[str, Any] = yaml.safe_load((ROOT / "prefect.yaml").read_text(encoding="utf-8"))
    for one in told["deployments"]:
        flow = one["entrypoint"].partition(":")[0]
        pool = one.get("work_pool", {}).get("name", "")
        yield Deployment(one["name"], flow, "; ".join(_starts(one)) or "by hand", pool)


def _starts(deployment: dict[str, Any]) -> Iterator[str]:
    for trigger in deployment.get("triggers", ()):
        yield ", ".join(trigger.get("expect", ()))
    for schedule in deployment.get("schedules", ()):
        yield f"cron {schedule['cron']} (UTC)" if "cron" in schedule else _every(schedule)


def _every(schedule: dict[str, Any]) -> str:
    return f"every {schedule['interval']} s"


def _documents() -> Iterator[tuple[str, str]]:
    for file in (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))):
        yield file.relative_to(ROOT).as_posix(), digest(file)
