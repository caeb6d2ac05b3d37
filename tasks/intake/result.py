"""What reading one referral gives: the referral, or every reason why not."""

from dataclasses import dataclass
from typing import Literal

from atmpflow.errors import Refused
from atmpflow.referral import Referral

Format = Literal["fhir-bars", "json", "csv", "unknown"]


@dataclass(frozen=True, slots=True)
class ReadResult:
    """One referral of a file, or why it could not be read: exactly one of the two.

    `where` is its place in the file (`row 7`, `referral 2`, `entry[1]`, or `file` for the whole),
    `sha256` the hex digest of the file's bytes as they came, the same for every result of a file.
    """

    where: str
    format: Format
    sha256: str
    referral: Referral | None = None
    refused: tuple[Refused, ...] = ()

    def __post_init__(self) -> None:
        if (self.referral is None) == (not self.refused):
            raise ValueError("a result is a referral or has refusals, never both or neither")


Outcome = Referral | tuple[Refused, ...]
"""What one place of a file gave: the referral, or all that is wrong with it."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One referral's place in a file and what it gave, before the file's digest is added."""

    where: str
    outcome: Outcome
