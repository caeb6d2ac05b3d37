"""Each benchmark runs on a fresh place and answers with one JSON object whose keys stay."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from benchmarks.figures import Figure, Result, exponent, per_second, percentile

ROOT = Path(__file__).parents[2]

KEYS = {
    "record": (
        {"record_per_s", "bare_per_s", "raw_per_s"},
        {"record_to_bare", "record_to_raw"},
        {"record_to_bare"},
    ),
    "dbos": (
        {
            "sequential_per_s",
            "concurrent_per_s",
            "dbos_sequential_per_s",
            "dbos_concurrent_per_s",
        },
        {"sequential_to_dbos", "concurrent_to_dbos"},
        set[str](),
    ),
    "readings": (
        {
            "taken_in_per_s",
            "bare_copy_per_s",
            "judged_per_s",
            "scanned_per_s",
            "judged_at_0.5_per_s",
            "judged_at_1_per_s",
            "judged_at_2_per_s",
            "judged_at_10_per_s",
        },
        {"taken_in_to_copy", "judged_to_scan", "dearest_to_cheapest"},
        {"taken_in_to_copy", "judged_per_s", "judged_to_scan", "dearest_to_cheapest"},
    ),
    "sweep": (
        {
            "scan_s",
            "sweep_s",
            "sweep_half_s",
            "sweep_quarter_s",
            "changes_s",
            "changes_looked",
            "sweep_us_quarter",
            "sweep_us_half",
            "sweep_us_all",
        },
        {
            "sweep_to_scan",
            "sweep_to_scan_quarter",
            "sweep_to_scan_half",
            "growth",
            "changes_to_sweep",
        },
        {"sweep_to_scan", "growth", "changes_to_sweep"},
    ),
    "burst": (
        {"drained_per_s", "drained_s", "run_each_per_s", "run_each_count"},
        {"drained_to_run_each"},
        {"drained_per_s"},
    ),
    "latency": (
        {"p50_s", "p95_s", "process_worker_p50_s", "process_worker_p95_s"},
        {"faster_p50", "faster_p95"},
        {"p50_s", "faster_p50"},
    ),
}


def measured(name: str, size: int) -> dict[str, Any]:
    """What `python -m benchmarks NAME --json` prints, all of it."""
    command = [sys.executable, "-m", "benchmarks", name, "--json", "--size", str(size)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def holds_its_keys(name: str, size: int) -> None:
    found = measured(name, size)
    figures, ratios, limits = KEYS[name]
    assert (found["benchmark"], found["size"]) == (name, size)
    assert set(found["figures"]) == figures
    assert set(found["ratios"]) == ratios
    assert set(found["limits"]) == limits
    assert all(value > 0 for value in (found["figures"] | found["ratios"]).values())


@pytest.mark.parametrize("name", ["record", "dbos", "readings"])
def test_a_benchmark_of_the_database_prints_one_object_with_its_keys(name: str) -> None:
    holds_its_keys(name, 2)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["burst", "latency"])
def test_a_benchmark_of_the_whole_prints_one_object_with_its_keys(name: str) -> None:
    holds_its_keys(name, 5)


@pytest.mark.slow
def test_the_sweep_prints_one_object_with_its_keys() -> None:
    holds_its_keys("sweep", 4000)


def test_growth_is_one_where_time_follows_size_and_two_where_it_follows_its_square() -> None:
    assert exponent([(1, 3), (2, 6), (4, 12)]) == pytest.approx(1)
    assert exponent([(1, 3), (2, 12), (4, 48)]) == pytest.approx(2)


def test_a_figure_is_held_to_its_limit() -> None:
    fast = Figure("rate", 60, "/s", "", least=50)
    slow = Figure("p50_s", 2, "s", "", most=1.5)
    free = Figure("ratio", 2, "x", "")
    assert (fast.within, slow.within, free.within) == (True, False, None)


def test_ratios_stand_apart_from_figures() -> None:
    result = Result("any", 1, (Figure("rate", 1.23456, "/s", ""), Figure("ratio", 2, "x", "")))
    assert result.as_json()["figures"] == {"rate": 1.235}
    assert result.as_json()["ratios"] == {"ratio": 2.0}


def test_a_percentile_is_a_measured_value() -> None:
    assert percentile([3, 1, 2, 4], 50) == 2
    assert percentile(range(1, 101), 95) == 95
    assert percentile([7], 95) == 7
    with pytest.raises(ValueError, match="nothing was measured"):
        percentile([], 50)


def test_a_rate_is_told_by_the_median() -> None:
    assert per_second([0.1, 0.1, 9.0]) == pytest.approx(10)
