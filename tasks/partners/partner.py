"""The face of a partner: it takes a request and gives its own reference for it."""

from dataclasses import dataclass
from typing import Literal, Protocol
from uuid import UUID, uuid5


@dataclass(frozen=True, slots=True)
class PartnerRequest:
    """What is asked of a partner; never a patient's identity, only the chain-of-identity id."""

    kind: Literal["courier", "panel", "order"]
    journey: UUID
    version: int
    coi: str
    product: str
    to: str
    sender: str = ""
    receiver: str = ""

    @property
    def id(self) -> UUID:
        """The same request has the same id, so that asking twice books once."""
        return uuid5(self.journey, f"{self.kind}:{self.version}")


class Partner(Protocol):
    """Takes requests. Must be idempotent by the request's id."""

    @property
    def name(self) -> str: ...

    @property
    def simulated(self) -> bool: ...

    def request(self, request: PartnerRequest) -> str:
        """Hand the request over; returns the partner's reference. Raises Unavailable."""
        ...


class Unavailable(Exception):
    """The partner did not answer; the request is tried again later."""
