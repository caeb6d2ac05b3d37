"""The stand-alone script, as whoever receives a passport runs it."""

import subprocess
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest

SCRIPT = Path(__file__).parents[2] / "docs" / "verify_passport.py"


def run(*words: object) -> tuple[int, str]:
    """Exit code and words of the script, run by an interpreter that has no package of ours."""
    command = [sys.executable, "-I", "-S", str(SCRIPT), *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert not done.stderr, done.stderr
    return done.returncode, done.stdout


@cache
def parts() -> Mapping[str, Any]:
    """The functions of the script, without running it."""
    defined: dict[str, Any] = {}
    exec(SCRIPT.read_text(encoding="utf-8").rpartition("\nmain(")[0], defined)  # noqa: S102
    return defined


def exit_code(*words: object) -> int:
    """The same as `run`, in this process, for many files in a row."""
    with pytest.raises(SystemExit) as ended:
        parts()["main"](*map(str, words))
    assert isinstance(ended.value.code, int)
    return ended.value.code
