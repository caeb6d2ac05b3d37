"""`python -m benchmarks NAME [--json] [--size N]`: measure, and say what each figure means."""

import json
import sys
from collections.abc import Callable, Sequence
from enum import StrEnum
from importlib import import_module
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from benchmarks.figures import Figure, Result


class Name(StrEnum):
    """The benchmarks; each is a module of this package."""

    LATENCY = "latency"
    BURST = "burst"
    RECORD = "record"
    DBOS = "dbos"
    FAULTS = "faults"
    READINGS = "readings"
    SWEEP = "sweep"
    INSPECTION = "inspection"
    ALL = "all"
    """All but the faults, the sweep and the inspection, which take many minutes each."""


LONG = (Name.ALL, Name.FAULTS, Name.SWEEP, Name.INSPECTION)
EVERY = [one for one in Name if one not in LONG]


def measured(name: Name, size: int | None) -> Result:
    """Run one benchmark. Each starts and stops what it needs."""
    run: Callable[..., Result] = import_module(f"benchmarks.{name.value}").run
    return run() if size is None else run(size)


def drawn(result: Result) -> Table:
    """The benchmark's own table, where it has one."""
    own = getattr(import_module(f"benchmarks.{result.benchmark}"), "table", table)
    return own(result)


def _kept(figure: Figure) -> str:
    limit = figure.least if figure.least is not None else figure.most
    if limit is None:
        return ""
    word = "at least" if figure.least is not None else "at most"
    return f"{word} {limit:.3g}: {'yes' if figure.within else 'NO'}"


def table(result: Result) -> Table:
    """The figures as a person reads them."""
    shown = Table(title=f"{result.benchmark} (size {result.size})", title_justify="left")
    for heading in ("figure", "value", "limit", "meaning"):
        shown.add_column(heading, overflow="fold")
    for one in result.figures:
        shown.add_row(one.name, f"{one.value:.4g} {one.unit}", _kept(one), one.meaning)
    return shown


def _shown(results: Sequence[Result]) -> None:
    console = Console()
    for one in results:
        console.print(drawn(one))


def main(
    name: Annotated[Name, typer.Argument(help="What to measure.")],
    size: Annotated[
        int | None, typer.Option(min=1, help="How much of it; small for a quick look.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,  # noqa: FBT002
) -> None:
    """Measure beside a peer, on this machine, now."""
    names = EVERY if name is Name.ALL else [name]
    results = [measured(one, size) for one in names]
    if not as_json:
        _shown(results)
        return
    found = [one.as_json() for one in results]
    document = {"benchmark": "all", "results": found} if name is Name.ALL else found[0]
    sys.stdout.write(json.dumps(document) + "\n")


if __name__ == "__main__":
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    app.command()(main)
    app()
