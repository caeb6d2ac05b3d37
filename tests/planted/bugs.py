"""The bugs of `bugs.toml`, and planting one."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

LIST = Path(__file__).parent / "bugs.toml"
EVERYTHING = ("tests",)


@dataclass(frozen=True, slots=True)
class Bug:
    """One small change that does harm, and the tests of which one must fail with it."""

    name: str
    file: str
    old: str
    new: str
    harm: str
    tests: tuple[str, ...]

    def planted(self, text: str) -> str:
        """The file with the bug in it. Raises ValueError unless `old` stands there once."""
        found = text.count(self.old)
        if found != 1:
            raise ValueError(f"{self.name}: its old text stands {found} times in {self.file}")
        return text.replace(self.old, self.new)


def bugs() -> list[Bug]:
    """Every bug of the list."""
    listed = tomllib.loads(LIST.read_text(encoding="utf-8"))["bug"]
    return [Bug(**{**one, "tests": tuple(one.get("tests", EVERYTHING))}) for one in listed]
