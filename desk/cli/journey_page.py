"""One journey for people: the head, then a table for each part that has something in it."""

from collections.abc import Iterator
from datetime import datetime

from desk.cli import signatures
from desk.cli.journey_json import reasons
from desk.cli.looking import Page, overdue
from desk.cli.output import london, moment, say, table
from models.ledger import LedgerEvent
from models.material import Custody
from models.shipment import Shipment

NEXT_VISITS = 3


def show_page(page: Page, now: datetime) -> None:
    """Show a journey; moments in UTC, the timeline in London time too."""
    for line in _head(page, now):
        say(line)
    timeline = ("#", "Happened (UTC)", "London", "Event", "By")
    table("\nTimeline", timeline, [_event(event) for event in page.events])
    signatures.show(page.signatures)
    _custody(page)
    _prints(page)
    _shipments(page)
    _doses(page)
    _visits(page)


def _head(page: Page, now: datetime) -> Iterator[str]:
    row = page.row
    yield f"Journey {row.coi}   ({row.id})"
    trial = f", trial {row.trial}" if row.trial else ""
    yield f"  {row.product}, {row.pathway}, at centre {row.centre}{trial}"
    yield f"  Stage {row.stage}, version {row.version}, opened {moment(row.opened_at)} UTC"
    if row.held_by:
        yield f"  ON HOLD since {row.held_by}: two people must agree with lift-hold."
    if row.ended:
        yield f"  Ended {moment(row.ended_at)} UTC: {row.ended}"
    elif row.waits_for:
        late = "  OVERDUE" if overdue(row, now) else ""
        yield f"  Waits for {row.waits_for} by {row.waits_owner}"
        yield f"  since {moment(row.waits_since)}, due {moment(row.waits_until)} UTC{late}"
    for owed in page.owed:
        tries = f"tried {owed.attempts} times, again {moment(owed.not_before)} UTC"
        what = f"{tries}: {owed.trouble}" if owed.trouble else "in the queue"
        yield f"  The engine owes {owed.stage} since {moment(owed.created_at)} UTC, {what}"


def _event(event: LedgerEvent) -> tuple[str, ...]:
    against = reasons(event)
    name = f"{event.name}\n  {', '.join(against)}" if against else event.name
    who = event.actor if event.role == "system" else f"{event.actor}, {event.role}"
    at = event.occurred_at
    return str(event.seq), moment(at, seconds=True), london(at), name, who


def _custody(page: Page) -> None:
    if not page.units:
        return
    states = {unit.unit: f"{unit.kind}, {unit.state}" for unit in page.units}

    def row(held: Custody) -> tuple[str, ...]:
        until = moment(held.ends_at) or "now"
        what = states.get(held.unit, "")
        taken = f"{held.giver or '-'}\n{_scans(held)}".rstrip()
        return held.unit, what, taken, held.holder, moment(held.starts_at), until

    columns = ("Unit", "What", "From whom", "Held by", "From (UTC)", "Until (UTC)")
    table("\nCustody", columns, [row(held) for held in page.custody])


def _scans(held: Custody) -> str:
    """At which ends of the hand-over a label was scanned."""
    ends = (("giver", held.giver_scan), ("receiver", held.receiver_scan))
    said = " and ".join(name for name, scan in ends if scan)
    if held.giver is None:
        return ""
    return f"{said} scanned" if said else "not scanned"


def _prints(page: Page) -> None:
    if not page.prints:
        return
    rows = [
        (
            f"{one.kind} {one.subject}",
            f"{one.version}, copy {one.copy_number}",
            moment(one.printed_at),
            one.printed_by,
        )
        for one in page.prints
    ]
    table("\nLabels printed", ("Label", "Version", "Printed (UTC)", "By"), rows)


def _shipments(page: Page) -> None:
    if not page.shipments:
        return
    columns = ("Leg", "Courier", "From, to", "Packed (UTC)", "Received (UTC)", "Cold chain")
    table("\nShipments", columns, [_shipment(one) for one in page.shipments])


def _shipment(one: Shipment) -> tuple[str, ...]:
    verdict = one.verdict or "not judged yet"
    if one.minutes_outside is not None:
        verdict += f"\n{one.minutes_outside:g} min outside"
    return (
        one.leg,
        f"{one.courier}\n{one.reference}" + (f"\nSSCC {one.sscc}" if one.sscc else ""),
        f"{one.sender}\n{one.receiver}",
        moment(one.packed_at),
        moment(one.received_at),
        verdict,
    )


def _doses(page: Page) -> None:
    if not page.doses:
        return
    columns = ("Dose", "Unit", "Given (UTC)", "Volume", "By", "Checked by")
    rows = [
        (
            str(one.dose),
            one.unit,
            moment(one.started_at),
            f"{one.volume_ml:g} ml",
            one.given_by,
            f"{one.first_checker}\n{one.second_checker}",
        )
        for one in page.doses
    ]
    table("\nDoses", columns, rows)


def _visits(page: Page) -> None:
    waiting = [visit for visit in page.visits if visit.recorded_at is None]
    if not waiting:
        return
    rows = [(f"day {visit.day}", moment(visit.due_at)) for visit in waiting[:NEXT_VISITS]]
    table("\nNext follow-up visits", ("Visit", "Due (UTC)"), rows)
    if len(waiting) > NEXT_VISITS:
        say(f"and {len(waiting) - NEXT_VISITS} more, the last {moment(waiting[-1].due_at)} UTC")
