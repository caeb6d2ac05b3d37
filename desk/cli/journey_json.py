"""One journey as a JSON object; its shape is kept stable (docs/cli.md)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlmodel import SQLModel

from desk.cli.looking import Page, summary
from desk.cli.output import LONDON
from desk.cli.signatures import as_json
from models.ledger import LedgerEvent


def reasons(event: LedgerEvent) -> list[str]:
    """The codes of what stood against, where an event keeps them."""
    found: Any = event.payload.get("objections") or event.payload.get("missing") or ()
    return [one["code"] if isinstance(one, dict) else str(one) for one in found]


def _event(event: LedgerEvent) -> dict[str, Any]:
    return {
        "seq": event.seq,
        "event": event.name,
        "stage": event.stage,
        "occurred_at": event.occurred_at,
        "occurred_at_london": event.occurred_at.astimezone(LONDON).isoformat(),
        "recorded_at": event.recorded_at,
        "actor": event.actor,
        "role": event.role,
        "reasons": reasons(event),
    }


def _rows(rows: Sequence[SQLModel], *columns: str) -> list[dict[str, Any]]:
    return [{column: getattr(row, column) for column in columns} for row in rows]


def as_json_page(page: Page, now: datetime) -> dict[str, Any]:
    """Everything that `atmpflow journey` shows."""
    waiting = [visit for visit in page.visits if visit.recorded_at is None]
    return {
        **summary(page.row, now),
        "timeline": [_event(event) for event in page.events],
        "units": _rows(page.units, "unit", "kind", "batch", "state", "expires_at"),
        "custody": _rows(
            page.custody, "unit", "holder", "role", "starts_at", "ends_at", "giver",
            "giver_scan", "receiver_scan",
        ),
        "labels_printed": _rows(
            page.prints, "kind", "subject", "version", "copy_number", "format", "printed_by",
            "printed_at",
        ),
        "shipments": _rows(
            page.shipments, "id", "leg", "courier", "reference", "sender", "receiver",
            "packed_at", "collected_at", "delivered_at", "received_at", "logger",
            "minutes_outside", "verdict", "sscc",
        ),
        "doses": _rows(
            page.doses, "dose", "unit", "started_at", "ended_at", "volume_ml", "given_by",
            "first_checker", "second_checker",
        ),
        "signatures": as_json(page.signatures),
        "next_visits": _rows(waiting[:3], "day", "due_at"),
        "owed": _rows(page.owed, "stage", "created_at", "not_before", "attempts", "trouble"),
    }  # fmt: skip
