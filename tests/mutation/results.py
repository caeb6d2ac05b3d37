"""What mutmut found in a folder, and which survivors change nothing that anybody could see."""

import subprocess
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

EQUIVALENT = Path(__file__).parent / "equivalent.toml"
CAUGHT = frozenset({"killed", "timeout"})


@dataclass(frozen=True, slots=True)
class Change:
    """One line of a module before and after."""

    module: str
    old: str
    new: str


@dataclass
class Module:
    """What became of the mutants of one module."""

    outcomes: Counter[str] = field(default_factory=Counter)
    survivors: list[str] = field(default_factory=list)
    equivalent: int = 0

    @property
    def judged(self) -> int:
        return self.outcomes.total() - self.equivalent

    @property
    def caught(self) -> int:
        return sum(self.outcomes[outcome] for outcome in CAUGHT)

    @property
    def score(self) -> float:
        """Part of the mutants that some test noticed, in per cent; 100 where there are none."""
        return 100 * self.caught / self.judged if self.judged else 100.0


def equivalents() -> frozenset[Change]:
    """The changes of `equivalent.toml`. Raises KeyError for one without a reason."""
    listed = tomllib.loads(EQUIVALENT.read_text(encoding="utf-8"))["mutant"]
    assert all(len(one["reason"]) > 10 for one in listed)
    return frozenset(Change(one["module"], one["old"], one["new"]) for one in listed)


def _said(mutmut: Path, folder: Path, *words: str) -> str:
    done = subprocess.run([mutmut, *words], cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout


def _outcomes(mutmut: Path, folder: Path) -> Iterator[tuple[str, str]]:
    for line in _said(mutmut, folder, "results", "--all", "true").splitlines():
        name, _, outcome = line.strip().rpartition(": ")
        yield name, outcome


def change_of(mutmut: Path, folder: Path, mutant: str) -> Change:
    """What a mutant changed."""
    lines = _said(mutmut, folder, "show", mutant).splitlines()
    sides = {
        sign: " ".join(line[1:].strip() for line in lines if line[:1] == sign != line[1:2])
        for sign in "-+"
    }
    return Change(module_of(mutant), sides["-"], sides["+"])


def module_of(mutant: str) -> str:
    """The module in a mutant's name, e.g. `rules.dose`."""
    return mutant.rsplit(".", 1)[0].removeprefix("atmpflow.")


def read(
    mutmut: Path, folder: Path, names: Sequence[str] = ()
) -> tuple[dict[str, Module], frozenset[Change]]:
    """The results by module, and the listed equivalents that mutmut did not come upon.

    Of the named modules only, where any are named.
    """
    modules: dict[str, Module] = {}
    left = {one for one in equivalents() if not names or one.module in names}
    known = frozenset(left)
    for mutant, outcome in _outcomes(mutmut, folder):
        if names and module_of(mutant) not in names:
            continue
        module = modules.setdefault(module_of(mutant), Module())
        module.outcomes[outcome] += 1
        if outcome in CAUGHT:
            continue
        change = change_of(mutmut, folder, mutant)
        left.discard(change)
        if change in known:
            module.equivalent += 1
        else:
            module.survivors.append(f"{mutant} ({outcome})\n  - {change.old}\n  + {change.new}")
    return modules, frozenset(left)


def total(modules: Iterable[Module]) -> Module:
    """All modules as one."""
    together = Module()
    for module in modules:
        together.outcomes.update(module.outcomes)
        together.equivalent += module.equivalent
    return together
