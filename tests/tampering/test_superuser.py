"""Whatever a superuser does to the record is found, and for what it takes the anchor."""

# ruff: noqa: S311 - a seed makes it the same again; statements of the tests' own

from collections import Counter
from random import Random

import psycopg
import pytest

from tests.tampering.edits import EDITS, Edit
from tests.tampering.scene import Scene

SEED = 20_261_123


def tampered(scene: Scene, edit: Edit, random: Random) -> tuple[str, str] | None:
    """What one edit did and what found it; none where a constraint refused even a superuser."""
    with scene.undone():
        try:
            with scene.connection.transaction():
                what = edit(scene, random)
        except psycopg.Error:
            return None
        return what, scene.found_by()


def report(scene: Scene, count: int, seed: int) -> Counter[tuple[str, str]]:
    """How many edits of which kind were found by what. Fails on the first that nothing finds."""
    found: Counter[tuple[str, str]] = Counter()
    random = Random(seed)
    number = 0
    while found.total() < count:
        edit, own = EDITS[number % len(EDITS)], random.randrange(2**32)
        number += 1
        done = tampered(scene, edit, Random(own))
        if done is None:
            continue
        assert done[1], f"nothing finds {edit.__name__} with seed {own}: {done[0]}"
        found[edit.__name__, done[1]] += 1
    return found


def told(found: Counter[tuple[str, str]]) -> str:
    """A table: each kind of edit, and what found it."""
    lines = [f"{'edit':<20}{'rows':>8}{'replay':>8}{'anchor':>8}"]
    for edit in sorted({edit for edit, _ in found}):
        counts = "".join(f"{found[edit, by]:>8}" for by in ("rows", "replay", "anchor"))
        lines.append(f"{edit:<20}{counts}")
    return "\n".join(lines)


def test_a_record_that_nobody_touched_is_whole(stage: Scene) -> None:
    assert stage.found_by() == ""


def test_every_one_of_some_random_edits_is_found(stage: Scene) -> None:
    found = report(stage, 46, SEED)
    print(f"seed {SEED}\n{told(found)}")  # noqa: T201
    assert {by for _, by in found} == {"rows", "replay", "anchor"}


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_every_one_of_two_thousand_random_edits_is_found(stage: Scene) -> None:
    seed = Random().randrange(2**32)
    found = report(stage, 2000, seed)
    print(f"seed {seed}\n{told(found)}")  # noqa: T201
