"""What people wrote: whole, about this repository, and refused where it is not."""

import re
import shutil
from pathlib import Path

import pytest

from atmpflow.errors import Refused
from desk.validation import risk
from desk.validation.sources import FOLDER, Sources, read
from desk.validation.there import is_slow, is_there
from desk.validation.trace import problems
from models.invariants.checker import invariants

SOURCES = read()
INVARIANT = re.compile(r"invariant (\w+)")
EVERY_TEST = sorted(
    {(of, test) for of, one in SOURCES.tried() for test in (*one.tests, *one.slow)},
)


def test_nothing_is_wrong_with_what_stands_in_the_repository():
    assert problems(SOURCES, None) == []


def test_every_test_that_is_named_is_there():
    assert [pair for pair in EVERY_TEST if not is_there(pair[1])] == []


def test_a_test_is_known_by_its_file_and_its_mark():
    ours = "tests/validation/test_sources.py::test_a_test_is_known_by_its_file_and_its_mark"
    assert is_there(ours)
    assert not is_slow(ours)
    assert not is_there("tests/validation/test_sources.py::test_that_was_renamed")
    assert not is_there("tests/gone.py::test_a")
    assert is_slow("tests/machine/test_machine.py::test_a_hundred_thousand_steps_break_nothing")
    assert is_slow("tests/faults/test_outages.py::test_a_killed_prefect_server_comes_back")
    # Some of its cases are long, others are not: it is in the default run.
    assert not is_slow(
        "tests/faults/test_kills.py::test_a_journey_killed_at_every_point_in_turn_is_right"
    )


def test_every_harm_and_everything_that_goes_wrong_has_a_hazard():
    assert {one for hazard in SOURCES.hazards for one in hazard.harms} == set(risk.HARMS)
    assert {one for hazard in SOURCES.hazards for one in hazard.wrong} == set(risk.WRONG)


def test_every_invariant_of_the_record_is_some_requirements():
    said = {n for one in SOURCES.requirements for n in INVARIANT.findall(one.source)}
    assert said == {one.number.lstrip("0") for one in invariants()}


def test_a_risk_that_is_left_is_never_greater_than_before():
    for one in SOURCES.hazards:
        assert risk.after(one) <= risk.before(one)
        assert one.severity_after == one.severity_before or one.control


@pytest.mark.parametrize(
    ("severity", "likelihood", "expected"), [(5, 5, 5), (5, 1, 3), (4, 3, 3), (1, 5, 3), (1, 1, 1)]
)
def test_clinical_risk_is_that_of_the_published_matrix(
    severity: int, likelihood: int, expected: int
):
    assert risk.clinical(severity, likelihood) == expected


def test_clinical_risk_never_falls_when_severity_or_likelihood_rises():
    for row in risk.MATRIX:
        assert list(row) == sorted(row)
    for column in zip(*risk.MATRIX, strict=True):
        assert list(column) == sorted(column)


def _changed(folder: Path, file: str, old: str, new: str) -> Path:
    copy = folder / "validation"
    shutil.copytree(FOLDER, copy)
    text = (copy / file).read_text(encoding="utf-8")
    assert old in text
    (copy / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    return copy


@pytest.mark.parametrize(
    ("file", "old", "new", "field"),
    [
        ("requirements/01-journey.toml", 'risk = "high"', 'risk = "some"', "URS-101.risk"),
        ("requirements/01-journey.toml", 'id = "URS-101"', 'id = "URS-1"', "URS-1.id"),
        ("requirements/01-journey.toml", "source = ", "sauce = ", "URS-101.source"),
        ("hazards/01-identity.toml", "severity_before = 4", "severity_before = 6",
         "HAZ-01.severity_before"),
        ("functions.toml", '[[function]]', "[[function", ""),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_is_refused_with_its_field(
    file: str, old: str, new: str, field: str, tmp_path: Path
):
    with pytest.raises(Refused) as refused:
        read(_changed(tmp_path, file, old, new))
    assert refused.value.code == "validation-file-invalid"
    assert Path(file).name in refused.value.field
    assert field in refused.value.field


def test_outside_of_the_repository_nothing_is_made(tmp_path: Path):
    with pytest.raises(Refused) as refused:
        read(tmp_path / "gone")
    assert refused.value.code == "validation-files-missing"


def test_everything_that_is_read_is_what_the_pack_is_made_of():
    assert isinstance(SOURCES, Sources)
    assert len(SOURCES.requirements) > 100
    assert len(SOURCES.hazards) > 30
