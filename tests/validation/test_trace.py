"""Whatever lacks a passing test is named: the gate cannot pass without it."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from desk.validation.__main__ import app
from desk.validation.results import Run, read_results
from desk.validation.sources import Sources
from desk.validation.trace import covered, problems
from tests.validation.sample import (
    control,
    function,
    hazard,
    make_project,
    named,
    requirement,
    run_tests,
    sources,
)

COMMIT = "0123456789abcdef0123456789abcdef01234567"
GONE, LONG = named("test_gone"), named("test_long")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample, with the results of its tests."""
    root = tmp_path_factory.mktemp("sample")
    make_project(root)
    run_tests(root, root / "results.xml", COMMIT)
    return root


@pytest.fixture(scope="module")
def run(project: Path) -> Run:
    """What became of them."""
    return read_results(project / "results.xml", project)


def found(said: Sources, run: Run | None, root: Path) -> set[tuple[str, str]]:
    return {(one.of, one.code) for one in problems(said, run, root)}


def test_where_everything_is_shown_nothing_is_named(run: Run, project: Path):
    assert found(sources(), run, project) == set()


WRONG = [
    pytest.param(
        sources(requirements=(requirement(tests=()),)),
        {("URS-001", "too-few-tests")},
        id="no test",
    ),
    pytest.param(
        sources(requirements=(requirement(risk="high"),)),
        {("URS-001", "too-few-tests")},
        id="one test for a high risk",
    ),
    pytest.param(
        sources(requirements=(requirement(tests=(GONE,)),)),
        {("URS-001", "no-such-test"), ("URS-001", "not-run")},
        id="a test that was renamed",
    ),
    pytest.param(
        sources(requirements=(requirement(tests=(named("test_wrong_in_one_case"),)),)),
        {("URS-001", "failed")},
        id="a test that fails in one of its cases",
    ),
    pytest.param(
        sources(requirements=(requirement(tests=(named("test_whose_fixture_breaks"),)),)),
        {("URS-001", "failed")},
        id="a test that could not begin",
    ),
    pytest.param(
        sources(
            requirements=(
                requirement(tests=(named("test_right"), named("test_wrong_in_one_case"))),
            )
        ),
        {("URS-001", "failed")},
        id="one that passes does not make up for one that fails",
    ),
    pytest.param(
        sources(requirements=(requirement(tests=(named("test_left_out"),)),)),
        {("URS-001", "all-skipped")},
        id="only skipped",
    ),
    pytest.param(
        sources(requirements=(requirement(tests=(LONG,)),)),
        {("URS-001", "long-test"), ("URS-001", "not-run")},
        id="only a long test",
    ),
    pytest.param(
        sources(requirements=(requirement(), requirement())),
        {("URS-001", "doubled")},
        id="a number that stands twice",
    ),
    pytest.param(
        sources(requirements=(requirement(functions=("FS-02",)),)),
        {("URS-001", "unknown-function"), ("FS-01", "unasked")},
        id="a function that there is not",
    ),
    pytest.param(
        sources(functions=(function(text="Answers URS-999 and HAZ-01."),)),
        {("URS-999", "unknown-id")},
        id="a requirement that there is not",
    ),
    pytest.param(
        sources(functions=(function(modules=("atmpflow/gone.py",)),)),
        {("FS-01", "no-such-file")},
        id="a file that there is not",
    ),
    pytest.param(
        sources(hazards=(hazard(control=()),)),
        {("HAZ-01", "no-control")},
        id="a hazard without control",
    ),
    pytest.param(
        sources(hazards=(hazard(control=(control(tests=()),)),)),
        {("HAZ-01-C1", "too-few-tests")},
        id="a control without test",
    ),
    pytest.param(
        sources(hazards=(hazard(control=(control(tests=(named("test_left_out"),)),)),)),
        {("HAZ-01-C1", "all-skipped")},
        id="a control with nothing but skipped tests",
    ),
    pytest.param(
        sources(hazards=(hazard(control=(control(id="HAZ-02-C1"),)),)),
        {("HAZ-01", "foreign-control")},
        id="a control of another hazard",
    ),
    pytest.param(
        sources(hazards=(hazard(likelihood_after=4),)),
        {("HAZ-01", "risk-left")},
        id="more risk left than is tolerated",
    ),
    pytest.param(
        sources(hazards=(hazard(harms=("H1", "H2", "H3", "H4")),)),
        {("H5", "no-hazard")},
        id="a harm that no hazard is of",
    ),
]


@pytest.mark.parametrize(("said", "expected"), WRONG)
def test_what_is_not_right_is_named(
    said: Sources, expected: set[tuple[str, str]], run: Run, project: Path
):
    assert found(said, run, project) == expected


def test_a_case_or_a_test_that_was_skipped_is_made_up_for_by_one_that_passed(
    run: Run, project: Path
):
    both = requirement(tests=(named("test_left_out"), named("test_right")))
    part = requirement(id="URS-002", tests=(named("test_left_out_in_one_case"),))
    assert found(sources(requirements=(both, part)), run, project) == set()
    assert covered(both, run) == covered(part, run) == "passed"


def test_a_long_test_beside_others_is_right_and_where_it_failed_is_named(run: Run, project: Path):
    right = requirement(slow=(LONG,))
    assert found(sources(requirements=(right,)), run, project) == set()
    failed = requirement(slow=(named("test_wrong_in_one_case"),))
    assert found(sources(requirements=(failed,)), run, project) == {("URS-001", "failed")}


def test_without_results_only_the_files_are_looked_at(project: Path):
    assert found(sources(), None, project) == set()
    gone = sources(requirements=(requirement(tests=(GONE,)),))
    assert found(gone, None, project) == {("URS-001", "no-such-test")}


def test_results_are_of_their_commit_and_brought_together_by_test(run: Run):
    assert run.commit == COMMIT
    both = run.results[named("test_wrong_in_one_case")]
    assert (both.passed, both.failed, both.skipped) == (1, 1, 0)
    assert run.outcome(f"{named('TestInside')}::test_right") == "passed"
    assert run.results[named("test_left_out")].reasons == {"the data is not here"}
    assert run.outcome(LONG) is None


def test_the_gate_fails_on_requirements_whose_tests_were_not_run(project: Path):
    told = CliRunner().invoke(app, ["check", "--results", str(project / "results.xml")])
    assert told.exit_code == 5
    assert "URS-101" in told.stdout
    assert "HAZ-01-C1" in told.stdout
    assert "was not run" in told.stdout


def test_what_holds_no_results_is_refused(tmp_path: Path):
    (tmp_path / "other.xml").write_text("<x/>", encoding="ascii")
    for name in ("other.xml", "gone.xml"):
        told = CliRunner().invoke(app, ["check", "--results", str(tmp_path / name)])
        assert "results-unreadable" in str(told.exception)
