"""Telling Prefect what happened: one acknowledged POST for a batch of events."""

from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any, Self

import httpx
from pydantic_core import to_json

Event = Mapping[str, Any]
TIMEOUT_S = 10.0
JSON = {"Content-Type": "application/json"}


class Unavailable(Exception):
    """Prefect did not take the batch, or did not say so: send the same batch again later."""


class EventPost:
    """A connection to one Prefect server's /events, kept open between batches.

    Prefect's own `emit_event` returns before anything is sent; this one returns when the server
    has answered. Sending the same event (same `id`) twice is harmless: the server drops it.
    An event is `{"id", "occurred", "event", "resource", "related", "payload"}` as Prefect's
    schema has it, with `resource` naming the journey: `{"prefect.resource.id":
    "atmpflow.journey.<uuid>", "prefect.resource.name": <COI>}`.
    """

    def __init__(self, api_url: str) -> None:
        self._client = httpx.AsyncClient(base_url=api_url, timeout=TIMEOUT_S, trust_env=False)

    async def post(self, events: Sequence[Event]) -> None:
        """Hand over a batch, in order. Raises `Unavailable` on anything but success."""
        if not events:
            return
        try:
            response = await self._client.post("/events", content=to_json(events), headers=JSON)
        except httpx.HTTPError as error:
            raise Unavailable(f"no answer: {type(error).__name__}") from error
        if not response.is_success:
            # The body may quote the events; the status alone says enough.
            raise Unavailable(f"the server answered {response.status_code}")

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._client.aclose()
