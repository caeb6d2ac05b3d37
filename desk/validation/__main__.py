"""`python -m desk.validation`: hold the traceability against results, or make a validation pack."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from desk.cli.frame import new_app
from desk.cli.output import hint, say
from desk.cli.trouble import ExitCode, answering
from desk.stories.book import STORIES
from desk.validation.audit import SERVICES
from desk.validation.further import MEASUREMENTS
from desk.validation.results import read_results
from desk.validation.sources import ROOT, read
from desk.validation.trace import problems

RESULTS = ROOT / ".validation" / "results.xml"

app = new_app(no_args_is_help=True, help="The validation pack of a release: docs/validation.md.")

Results = Annotated[
    Path, typer.Option(metavar="FILE", help="JUnit XML of the tests, as .ci/run writes it.")
]
Out = Annotated[Path, typer.Argument(metavar="FOLDER", help="A new folder.")]
Stories = Annotated[
    list[str] | None,
    typer.Option("--story", metavar="NAME", help="Play this story, too; `all` plays each."),
]
Referrals = Annotated[
    Path | None,
    typer.Option(metavar="FILE", exists=True, help="Referrals to play instead of the examples."),
]
NoJourneys = Annotated[
    bool, typer.Option("--no-journeys", help="Leave out performance qualification.")
]
Saved = Annotated[
    Path | None,
    typer.Option(metavar="FILE", exists=True, help="pip-audit's answer in JSON, saved before."),
]
Service = Annotated[
    str, typer.Option(metavar="NAME", help=f"Asked by pip-audit: {' or '.join(SERVICES)}.")
]
Also = Annotated[
    list[str] | None,
    typer.Option(
        metavar="NAME",
        help=f"Measure for this pack: {', '.join(one.name for one in MEASUREMENTS)}.",
    ),
]


@app.command("check")
def check(results: Results = RESULTS) -> None:
    """Does each requirement and hazard control have a test that passed? Exit code 5 when not."""
    sources = read()
    found = problems(sources, read_results(results))
    for one in found:
        say(f"{one.of}: {one.says}")
    count = len(list(sources.tried()))
    hint(f"{count} requirements and controls, {len(found)} problems.")
    if found:
        raise typer.Exit(ExitCode.FINDINGS)


@app.command("pack")
def pack(  # noqa: PLR0913 - each is an option
    out: Out,
    *,
    results: Results = RESULTS,
    stories: Stories = None,
    referrals: Referrals = None,
    no_journeys: NoJourneys = False,
    audit: Saved = None,
    service: Service = "osv",
    also: Also = None,
) -> None:
    """Make the pack. Exit code 5 when something in it stands open."""
    from desk.validation.make import Wanted, make  # noqa: PLC0415 - needs the group of tools

    wanted = Wanted(
        results=results if results.exists() else None,
        stories=_stories(stories or []),
        referrals=referrals,
        journeys=not no_journeys,
        audit=audit,
        service=_known(service, SERVICES, "--service"),
        also=tuple(_known(one, [m.name for m in MEASUREMENTS], "--also") for one in also or ()),
    )
    points = make(out, wanted)
    for part, says in points:
        say(f"{part}: {says}")
    hint(f"{out}: {len(points)} points stand open." if points else f"{out}: nothing stands open.")
    if points:
        raise typer.Exit(ExitCode.FINDINGS)


def _stories(names: list[str]) -> tuple[str, ...]:
    if names == ["all"]:
        return tuple(sorted(STORIES))
    return tuple(_known(one, sorted(STORIES), "--story") for one in names)


def _known(name: str, names: list[str] | tuple[str, ...], option: str) -> str:
    if name not in names:
        raise typer.BadParameter(f"one of: {', '.join(names)}", param_hint=option)
    return name


def main() -> None:
    """Turn every error into advice and an exit code, as the command line does."""
    with answering(as_json=False):
        sys.exit(app(prog_name="python -m desk.validation", standalone_mode=False) or 0)


if __name__ == "__main__":
    main()
