"""Making a pack: ask everything that belongs in it, then write it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from desk.cli.output import hint
from desk.validation import audit as audits
from desk.validation.bill import bill_of_materials
from desk.validation.configuration import configuration
from desk.validation.files import PAPER, new_folder, tables, write
from desk.validation.further import measure
from desk.validation.installation import Installation, install
from desk.validation.journeys import Script, perform, referral_digest
from desk.validation.pack import Pack, open_points
from desk.validation.paper import printed
from desk.validation.release import release
from desk.validation.results import read_results
from desk.validation.sources import read
from desk.validation.trace import problems


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a pack is to be made of."""

    results: Path | None
    stories: tuple[str, ...] = ()
    referrals: Path | None = None
    journeys: bool = True
    audit: Path | None = None
    service: str = "osv"
    also: tuple[str, ...] = ()


def make(out: Path, wanted: Wanted) -> list[tuple[str, str]]:
    """Make the pack in a new folder; returns what stands open in it.

    Raises `Refused` (folder-not-empty, tool-missing, commit-unknown, validation-file-invalid).
    """
    folder = new_folder(out)
    pack = gather(wanted)
    with _telling("Printing"):
        content = {**tables(pack), PAPER: printed(pack)}
    if wanted.results is not None:
        content["results.xml"] = wanted.results.read_bytes()
    write(folder, content, pack)
    return open_points(pack)


def gather(wanted: Wanted) -> Pack:
    """Ask everything."""
    sources, of = read(), release()
    run = read_results(wanted.results) if wanted.results else None
    with _telling("Installation"):
        installed = install()
    with _telling("Bill of materials"):
        bill = bill_of_materials(_server(installed))
    with _telling("Known vulnerabilities"):
        audit = audits.saved(wanted.audit) if wanted.audit else audits.ask(wanted.service)
    with _telling("Journeys"):
        scripts: list[Script] = perform(wanted.stories, wanted.referrals) if wanted.journeys else []
    with _telling("Long measurements"):
        further = measure(wanted.also)
    return Pack(
        release=of,
        sources=sources,
        run=run,
        problems=tuple(problems(sources, run)),
        configuration=configuration(),
        installation=installed,
        scripts=tuple(scripts),
        referrals=referral_digest(wanted.referrals),
        bill=bill,
        audit=audit,
        further=tuple(further),
    )


def _server(installed: Installation) -> str:
    """The version of the database server that was started."""
    return next(one.found for one in installed.checks if one.name == "postgresql")


@contextmanager
def _telling(what: str) -> Iterator[None]:
    """Each step takes its time: say which one it is."""
    hint(f"{what} ...")
    yield
