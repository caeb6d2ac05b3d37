"""What became of the tests: pytest's JUnit XML, brought together by test."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

from atmpflow.errors import Refused
from desk.validation.sources import ROOT

PASSED, FAILED, SKIPPED = "passed", "failed", "skipped"


@dataclass(slots=True)
class Result:
    """One test with all its cases (a parametrised test has several)."""

    test: str
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    seconds: float = 0.0
    reasons: set[str] = field(default_factory=set[str])

    @property
    def outcome(self) -> str:
        """Failed if any case failed; passed if any passed; skipped if all were."""
        return FAILED if self.failed else PASSED if self.passed else SKIPPED


@dataclass(frozen=True, slots=True)
class Run:
    """A run of the tests: of which commit, when, and what came of each."""

    commit: str
    at: str
    results: Mapping[str, Result]

    def outcome(self, test: str) -> str | None:
        """What became of a test; None where it was not in this run."""
        found = self.results.get(test)
        return found.outcome if found else None


def read_results(file: Path, root: Path = ROOT) -> Run:
    """Read a JUnit XML of pytest whose suite is named after the commit.

    Raises `Refused` (results-unreadable) where it is none.
    """
    try:
        # Written by our own run of pytest a moment ago; nobody else's XML is read here.
        tree = ElementTree.parse(file)  # noqa: S314
    except (OSError, ElementTree.ParseError):
        raise _unreadable(file) from None
    suite = tree.getroot().find("testsuite")
    if suite is None:
        raise _unreadable(file)
    results: dict[str, Result] = {}
    for case in suite.iter("testcase"):
        test = _test_id(case, root)
        _count(results.setdefault(test, Result(test)), case)
    return Run(suite.get("name", ""), suite.get("timestamp", ""), results)


def _unreadable(file: Path) -> Refused:
    return Refused(
        "results-unreadable",
        "results",
        f"{file.name} holds no results of pytest.",
        "Run the gate first: .ci/run; it writes .validation/results.xml.",
    )


def _test_id(case: ElementTree.Element, root: Path) -> str:
    """The node id without its parameters: `tests/rules/test_identity.py::test_x`."""
    name = case.get("name", "").partition("[")[0]
    module = (case.get("classname") or name).replace(".", "/")
    inside: list[str] = []
    while module and not (root / f"{module}.py").exists():
        module, _, last = module.rpartition("/")
        inside.insert(0, last)
    parts = [f"{module}.py", *inside, name] if case.get("classname") else [f"{module}.py"]
    return "::".join(parts)


def _count(result: Result, case: ElementTree.Element) -> None:
    result.seconds += float(case.get("time", 0))
    if case.find("failure") is not None or case.find("error") is not None:
        result.failed += 1
    elif (skipped := case.find("skipped")) is not None:
        result.skipped += 1
        result.reasons.add(skipped.get("message", ""))
    else:
        result.passed += 1


def summed(run: Run) -> Iterator[tuple[str, int, int]]:
    """Of each outcome: how many tests, and how many cases."""
    for outcome in (PASSED, FAILED, SKIPPED):
        some = [one for one in run.results.values() if one.outcome == outcome]
        yield outcome, len(some), sum(getattr(one, outcome) for one in run.results.values())
