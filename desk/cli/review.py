"""`atmpflow review JOURNEY`: read the audit trail, and put on record that it was reviewed."""

from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

import typer
from sqlalchemy import Engine

from atmpflow.rules.late_entry import is_late
from desk.cli.database import ready_database
from desk.cli.frame import Account, AsJson, new_app
from desk.cli.journey_json import reasons
from desk.cli.looking import page
from desk.cli.output import moment, say, show_json, table
from desk.cli.recording import find_journey
from desk.cli.sign import signer
from desk.cli.signatures import as_json as signed
from desk.cli.signatures import show
from models.database import transaction
from models.ledger import LedgerEvent
from models.signing import reviewed_at
from tasks.signing import review

app = new_app()


@app.command("review")
def review_trail(
    journey: Annotated[
        str, typer.Argument(metavar="ID", help="Journey id or chain-of-identity id.")
    ],
    *,
    account: Account,
    role: Annotated[str | None, typer.Option("--role", help="The role you act in.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask; for scripts.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show the audit trail since you last reviewed it, and put your review on record.

    The review is of exactly this version: whatever is added later asks for another one before a
    batch can be certified.
    """
    who = signer(account, role)
    with ready_database() as engine:
        found = find_journey(engine, journey)
        seen = _seen(engine, found, account)
        whole = page(engine, found)
        new = [event for event in whole.events if event.seq > seen]
        if not as_json:
            _show(new)
            show(whole.signatures)
        if not (yes or as_json):
            typer.confirm("Have you reviewed all of this?", abort=True, err=True)
        record = review(engine, who, found, len(whole.events))
    said = {"journey": record.id, "version": record.version, "hash": record.digest.hex()}
    if as_json:
        shown = {"events": [_event(event) for event in new]}
        show_json({**said, "account": account, **shown, "signatures": signed(whole.signatures)})
        return
    say(f"Reviewed up to version {record.version} ({record.digest.hex()[:16]}).")


def _seen(engine: Engine, journey: UUID, account: str) -> int:
    with transaction(engine) as connection:
        return reviewed_at(connection, journey, account) or 0


def _late(event: LedgerEvent) -> bool:
    return is_late(event.role, event.occurred_at, event.recorded_at)


def _event(event: LedgerEvent) -> dict[str, Any]:
    return {
        "seq": event.seq,
        "event": event.name,
        "actor": event.actor,
        "role": event.role,
        "occurred_at": event.occurred_at,
        "recorded_at": event.recorded_at,
        "late": _late(event),
        "reasons": reasons(event),
    }


def _show(events: Sequence[LedgerEvent]) -> None:
    columns = ("#", "Happened (UTC)", "Recorded (UTC)", "Event", "By", "Late")
    rows = [
        (
            str(event.seq),
            moment(event.occurred_at, seconds=True),
            moment(event.recorded_at, seconds=True),
            ", ".join((event.name, *reasons(event))),
            f"{event.actor}, {event.role}",
            "late" if _late(event) else "",
        )
        for event in events
    ]
    table("Audit trail", columns, rows)
