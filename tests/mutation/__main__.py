"""Mutation testing of the rules: `python -m tests.mutation [--processes 1] [MODULE ...]`.

A module is named as in the table, e.g. `rules.dose`; without any, all are changed. Works on a copy
of the project, with the fast tests of rules, decisions and codes only. Ends with 1 when a module
scores below 90 %, or when a mutant listed as equivalent is no longer one of them.
"""

import argparse
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic

from rich.console import Console
from rich.table import Table

from tests.copies import copy_project
from tests.mutation.results import Change, Module, read, total

LEAST = 90.0
MUTMUT = Path(sys.executable).parent / "mutmut"
CONSOLE = Console(highlight=False, width=100)


def _run(folder: Path, processes: int, names: Sequence[str]) -> None:
    """Mutants of the copy, each against the tests that reach it; progress only for people."""
    quiet = None if sys.stdout.isatty() else subprocess.DEVNULL
    subprocess.run(
        [MUTMUT, "run", "--max-children", str(processes), *(f"atmpflow.{one}.*" for one in names)],
        cwd=folder,
        env={**os.environ, "ATMPFLOW_HYPOTHESIS": "quick"},
        stdout=quiet,
        check=True,
    )


def _table(modules: Mapping[str, Module], seconds: float) -> Table:
    table = Table(title=f"Mutants of the rules, {seconds / 60:.1f} min")
    for name in ("Module", "Mutants", "Equivalent", "Caught", "Score %"):
        table.add_column(name, justify="left" if name == "Module" else "right")
    for name, module in (*sorted(modules.items()), ("all", total(modules.values()))):
        mutants, equivalent = str(module.outcomes.total()), str(module.equivalent)
        table.add_row(name, mutants, equivalent, str(module.caught), f"{module.score:.1f}")
    return table


def _report(modules: Mapping[str, Module], stale: frozenset[Change]) -> bool:
    """Say what was missed; whether that is little enough."""
    for module in modules.values():
        for survivor in module.survivors:
            CONSOLE.print(survivor, markup=False)
    for change in stale:
        CONSOLE.print(f"not an equivalent mutant any more: {change}", markup=False)
    low = [name for name, module in modules.items() if module.score < LEAST]
    CONSOLE.print(f"Below {LEAST:.0f} %: {', '.join(low) or 'none'}")
    return not low and not stale


def main() -> int:
    """Mutate, run, report."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("modules", nargs="*", metavar="MODULE")
    chosen = parser.parse_args()
    names: list[str] = chosen.modules
    begun = monotonic()
    with TemporaryDirectory(prefix="atmpflow-mutation-") as base:
        folder = copy_project(Path(base))
        _run(folder, chosen.processes, names)
        modules, stale = read(MUTMUT, folder, names)
    CONSOLE.print(_table(modules, monotonic() - begun))
    return 0 if modules and _report(modules, stale) else 1


if __name__ == "__main__":
    raise SystemExit(main())
