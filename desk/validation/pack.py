"""A pack: everything that belongs to one release, brought together, and what stands open in it."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from desk.validation.audit import Audit
from desk.validation.bill import Bill
from desk.validation.configuration import Configuration
from desk.validation.further import Measured
from desk.validation.installation import Installation
from desk.validation.journeys import Script
from desk.validation.release import Release
from desk.validation.results import FAILED, SKIPPED, Result, Run
from desk.validation.sources import Sources
from desk.validation.trace import Problem


@dataclass(frozen=True, slots=True)
class Pack:
    """What was written, and what was found."""

    release: Release
    sources: Sources
    run: Run | None
    problems: tuple[Problem, ...]
    configuration: Configuration
    installation: Installation
    scripts: tuple[Script, ...]
    referrals: str
    """Which referrals were played, with their digest."""
    bill: Bill
    audit: Audit
    further: tuple[Measured, ...]

    @property
    def of_this_commit(self) -> bool:
        """Whether the results of the tests are those of the commit that the pack is of."""
        return self.run is not None and self.run.commit == self.release.commit


def open_points(pack: Pack) -> list[tuple[str, str]]:
    """What must be settled before anybody signs: the part, and what stands open in it."""
    return [*_of_release(pack), *_of_tests(pack), *_of_installation(pack), *_of_supply(pack)]


def _of_release(pack: Pack) -> Iterator[tuple[str, str]]:
    if pack.release.dirty:
        yield "Release", "Files differ from the commit: this is no release."


def _of_tests(pack: Pack) -> Iterator[tuple[str, str]]:
    if pack.run is None:
        yield "Operation", "No results of tests were given: nothing is shown to have been tried."
    elif not pack.of_this_commit:
        yield "Operation", f"The results are of another commit: {pack.run.commit or 'unknown'}."
    for one in pack.problems:
        yield "Operation", f"{one.of}: {one.says}."
    for outcome in (FAILED, SKIPPED):
        count = sum(one.outcome == outcome for one in _results(pack))
        if count:
            yield "Operation", f"{count} tests {outcome}: Annex A says which."
    for one in pack.further:
        if one.exit_code:
            yield "Operation", f"{one.of.title}: {one.outcome}."


def _results(pack: Pack) -> Collection[Result]:
    return pack.run.results.values() if pack.run else ()


def _of_installation(pack: Pack) -> Iterator[tuple[str, str]]:
    for check in pack.installation.checks:
        if check.state != "ok":
            yield "Installation", f"{check.name}: {check.found}. {check.remedy}"
    if not pack.scripts:
        yield "Performance", "No journey was played: not done."
    for script in pack.scripts:
        if not script.right:
            yield "Performance", f"{script.command}: did not come out right."


def _of_supply(pack: Pack) -> Iterator[tuple[str, str]]:
    for problem in pack.bill.problems:
        yield "Bill of materials", problem
    if not pack.audit.done:
        yield (
            "Vulnerabilities",
            f"{pack.audit.state.capitalize()}: {pack.audit.reason or 'left out'}.",
        )
    if pack.audit.found:
        yield "Vulnerabilities", f"{len(pack.audit.found)} are known: each must be assessed."
