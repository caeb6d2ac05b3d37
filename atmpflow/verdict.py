"""An answer with all its reasons: what a rule returns."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason against: a stable code, what was found, and the source of the rule."""

    code: str
    found: str
    source: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """Yes when there is no reason against; every reason is listed, not only the first."""

    against: tuple[Reason, ...] = ()

    @property
    def allowed(self) -> bool:
        return not self.against

    def __and__(self, other: "Verdict") -> "Verdict":
        return Verdict(self.against + other.against)


def verdict(reasons: Iterable[Reason | None]) -> Verdict:
    """Collect reasons, leaving out the questions that had none."""
    return Verdict(tuple(reason for reason in reasons if reason is not None))
