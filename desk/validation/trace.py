"""Does everything that was required, and every control of a hazard, have a test that passed?"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from desk.validation import risk
from desk.validation.results import FAILED, PASSED, Run
from desk.validation.sources import ROOT, Requirement, Sources, Tried
from desk.validation.there import is_slow, is_there

LEAST_TESTS = {"high": 2, "medium": 1, "low": 1}
"""How many tests a requirement has at least, by its risk."""

NUMBER = re.compile(r"\b(?:URS-\d{3}|HAZ-\d{2}(?:-C\d)?|DEV-\d{2})\b")

Covered = Literal["passed", "failed", "not passed"]


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that must not be in a release; `of` is the id that it concerns."""

    of: str
    code: str
    says: str


def problems(sources: Sources, run: Run | None, root: Path = ROOT) -> list[Problem]:
    """Everything that is wrong; without a run, only what can be told from the files."""
    found = [*_structure(sources, root), *_unknown(sources), *_tests(sources, root)]
    if run is not None:
        for of, one in sources.tried():
            found += _outcomes(of, one, run)
    return found


def covered(one: Tried, run: Run) -> Covered:
    """Passed when a test passed and none failed."""
    outcomes = [run.outcome(test) for test in one.tests]
    if FAILED in outcomes or any(run.outcome(test) == FAILED for test in one.slow):
        return "failed"
    return "passed" if PASSED in outcomes else "not passed"


def _structure(sources: Sources, root: Path) -> Iterator[Problem]:
    yield from _doubled(sources)
    yield from _functions(sources, root)
    for hazard in sources.hazards:
        if not hazard.control:
            yield Problem(hazard.id, "no-control", "has no control")
        if any(not one.id.startswith(f"{hazard.id}-") for one in hazard.control):
            yield Problem(
                hazard.id, "foreign-control", "has a control with another hazard's number"
            )
        if risk.after(hazard) > min(risk.TOLERATED, risk.before(hazard)):
            yield Problem(hazard.id, "risk-left", f"leaves a clinical risk of {risk.after(hazard)}")
    harms = {harm for hazard in sources.hazards for harm in hazard.harms}
    wrong = {one for hazard in sources.hazards for one in hazard.wrong}
    for missing in [*(risk.HARMS.keys() - harms), *(risk.WRONG.keys() - wrong)]:
        yield Problem(missing, "no-hazard", "has no hazard in the log")


def _doubled(sources: Sources) -> Iterator[Problem]:
    ids = [of for of, _ in sources.tried()]
    ids += [one.id for one in (*sources.functions, *sources.hazards, *sources.statements.deviation)]
    for of, times in Counter(ids).items():
        if times > 1:
            yield Problem(of, "doubled", "stands more than once")


def _unknown(sources: Sources) -> Iterator[Problem]:
    """Numbers that some text speaks of and that there are not."""
    ids = {of for of, _ in sources.tried()}
    ids |= {one.id for one in (*sources.functions, *sources.hazards, *sources.statements.deviation)}
    for of in sorted(set(NUMBER.findall(sources.model_dump_json())) - ids):
        yield Problem(of, "unknown-id", "is spoken of, and there is none")


def _functions(sources: Sources, root: Path) -> Iterator[Problem]:
    known = {one.id for one in sources.functions}
    used: set[str] = set()
    for one in sources.requirements:
        used |= set(one.functions)
        for function in one.functions:
            if function not in known:
                yield Problem(one.id, "unknown-function", f"names {function}, which there is not")
    for function in sources.functions:
        if function.id not in used:
            yield Problem(function.id, "unasked", "answers no requirement")
        for file in (*function.modules, *function.pages):
            if not (root / file).exists():
                yield Problem(function.id, "no-such-file", f"names {file}, which there is not")


def _tests(sources: Sources, root: Path) -> Iterator[Problem]:
    for of, one in sources.tried():
        least = LEAST_TESTS[one.risk] if isinstance(one, Requirement) else 1
        if len(set(one.tests)) < least:
            yield Problem(of, "too-few-tests", f"has {len(set(one.tests))} tests and needs {least}")
        for test in (*one.tests, *one.slow):
            if not is_there(test, root):
                yield Problem(of, "no-such-test", f"names {test}, which there is not")
        for test in one.tests:
            if is_slow(test, root):
                yield Problem(of, "long-test", f"names {test}, which the default run leaves out")


def _outcomes(of: str, one: Tried, run: Run) -> Iterable[Problem]:
    """A test of the default run that is missing, failed, or skipped together with all others."""
    for test in one.tests:
        if run.outcome(test) is None:
            yield Problem(of, "not-run", f"{test} was not run")
    for test in (*one.tests, *one.slow):
        if run.outcome(test) == FAILED:
            yield Problem(of, "failed", f"{test} failed")
    if covered(one, run) == "not passed" and any(run.outcome(test) for test in one.tests):
        yield Problem(of, "all-skipped", "has only tests that were skipped")
