"""What is asked of the one door, and what it answers."""

from dataclasses import dataclass
from uuid import UUID

from atmpflow.message import Command
from atmpflow.people import Actor
from models.people import Newcomer


@dataclass(frozen=True, slots=True)
class Request:
    """A command with who asks and how it is recognised when it comes twice."""

    command: Command
    actor: Actor
    key: str
    journey: UUID
    expected_version: int | None = None
    source: bytes | None = None
    """SHA-256 of the received file, where there is one."""
    signature: str | None = None
    """The token of the signature under which it is asked, where one is needed."""
    newcomer: Newcomer | None = None
    """The patient of a referral who is not on record yet: kept with the journey, or not at all."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What was recorded; `repeated` when it had been recorded before."""

    journey: UUID
    version: int
    events: tuple[str, ...]
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class Claim:
    """A reaction that a request answers; the fence shows that the lease is still ours."""

    reaction: int
    fence: int
    outcome: str


class Fenced(Exception):
    """The lease ran out and somebody else answers now; nothing was written."""
