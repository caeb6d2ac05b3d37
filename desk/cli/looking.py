"""What the command line looks up, as plain rows: opaque ids, codes and moments, never a name."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Engine, text
from sqlmodel import Session, col, select

from models.administration import Administration, Visit
from models.database import Connection, reading
from models.journey import Journey
from models.ledger import LedgerEvent, ReceivedCommand
from models.lookups import unknown_journey
from models.material import Custody, LabelPrint, Unit
from models.reaction import Reaction
from models.shipment import Shipment
from models.sight import look_as, sight_of
from models.signed import Shown, signatures_of
from tasks import clock


@contextmanager
def looking(engine: Engine) -> Iterator[Session]:
    """A session for looking, whose rows can still be read afterwards."""
    with reading(engine) as session:
        yield session
        session.expunge_all()


def see_as(session: Session, viewer: str | None) -> None:
    """From here on, only what somebody may see is there; the whole, where nobody is named.

    The database holds it (row-level security). Raises Refused `account-unknown`.
    """
    if viewer is not None:
        connection = _driver(session)
        look_as(connection, sight_of(connection, viewer, clock.wall()))


def _driver(session: Session) -> Connection:
    return cast("Connection", session.connection().connection.driver_connection)


def _seen(row: Journey | None) -> Journey:
    """Of a journey that somebody may not see, no more is said than of none."""
    if row is None:
        raise unknown_journey()
    return row


@dataclass(frozen=True, slots=True)
class Which:
    """Which journeys are wanted; what is left out does not matter."""

    stage: str | None = None
    centre: str | None = None
    product: str | None = None
    waiting_on: str | None = None
    overdue_at: datetime | None = None
    ended: bool = False


def journeys(engine: Engine, which: Which, viewer: str | None = None) -> Sequence[Journey]:
    """Journeys, open ones first, the most urgent first among them."""
    wanted = select(Journey)
    for column, value in (
        (Journey.stage, which.stage),
        (Journey.centre, which.centre),
        (Journey.product, which.product),
        (Journey.waits_owner, which.waiting_on),
    ):
        if value is not None:
            wanted = wanted.where(col(column) == value)
    if which.waiting_on is not None or which.overdue_at is not None:
        wanted = wanted.where(col(Journey.ended).is_(None))
    if which.overdue_at is not None:
        wanted = wanted.where(col(Journey.waits_until) < which.overdue_at)
    if which.ended:
        wanted = wanted.where(col(Journey.ended).is_not(None))
    order = (col(Journey.ended).is_not(None), col(Journey.waits_until), col(Journey.coi))
    with looking(engine) as session:
        see_as(session, viewer)
        return session.exec(wanted.order_by(*order)).all()


def summary(row: Journey, now: datetime) -> dict[str, Any]:
    """A journey's own row as JSON, with what it waits for and since when."""
    return {
        "journey": row.id,
        "coi": row.coi,
        "product": row.product,
        "pathway": row.pathway,
        "centre": row.centre,
        "trial": row.trial,
        "stage": row.stage,
        "version": row.version,
        "waits_for": row.waits_for,
        "owner": row.waits_owner,
        "since": row.waits_since,
        "until": row.waits_until,
        "overdue": overdue(row, now),
        "held_by": row.held_by,
        "opened_at": row.opened_at,
        "ended": row.ended,
        "ended_at": row.ended_at,
    }


def overdue(row: Journey, now: datetime) -> bool:
    """Whether an open journey has waited for longer than it should."""
    return row.ended is None and row.waits_until is not None and row.waits_until < now


def journey_row(engine: Engine, journey: UUID) -> Journey:
    """The row of a journey that is known to be there."""
    with looking(engine) as session:
        return session.exec(select(Journey).where(Journey.id == journey)).one()


@dataclass(frozen=True, slots=True)
class Page:
    """Everything that is shown of one journey."""

    row: Journey
    events: Sequence[LedgerEvent]
    units: Sequence[Unit]
    custody: Sequence[Custody]
    prints: Sequence[LabelPrint]
    shipments: Sequence[Shipment]
    doses: Sequence[Administration]
    visits: Sequence[Visit]
    owed: Sequence[Reaction]
    signatures: Sequence[Shown]


def page(engine: Engine, journey: UUID, viewer: str | None = None) -> Page:
    """One journey from every table that knows it, all as of one moment.

    Raises Refused `journey-unknown` where the viewer may not see it.
    """
    with looking(engine) as session:
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        see_as(session, viewer)
        row = _seen(session.exec(select(Journey).where(Journey.id == journey)).first())

        def of(table: Any, *order: Any) -> Sequence[Any]:
            return session.exec(
                select(table).where(table.journey_id == journey).order_by(*order)
            ).all()

        owed = select(Reaction).where(
            col(Reaction.journey_id) == journey, col(Reaction.done_at).is_(None)
        )
        found = Page(
            row=row,
            events=of(LedgerEvent, LedgerEvent.seq),
            units=of(Unit, Unit.kind, Unit.unit),
            custody=of(Custody, Custody.starts_at),
            prints=of(LabelPrint, LabelPrint.printed_at, LabelPrint.copy_number),
            shipments=of(Shipment, Shipment.packed_at),
            doses=of(Administration, Administration.dose),
            visits=of(Visit, Visit.due_at),
            owed=session.exec(owed.order_by(col(Reaction.id))).all(),
            signatures=(),
        )
        session.execute(text("RESET ROLE"))  # signatures are of a journey that is seen
        return replace(found, signatures=signatures_of(_driver(session), journey))


@dataclass(frozen=True, slots=True)
class Rejection:
    """A rejected command, and the journey it was meant for when that is known."""

    row: ReceivedCommand
    coi: str | None


def rejections(
    engine: Engine,
    *,
    journey: UUID | None,
    code: str | None,
    limit: int,
    viewer: str | None = None,
) -> Sequence[Rejection]:
    """Rejected commands, the newest first."""
    wanted = (
        select(ReceivedCommand, Journey.coi)
        .join(Journey, col(Journey.id) == col(ReceivedCommand.journey_id), isouter=True)
        .where(ReceivedCommand.outcome == "rejected")
        .order_by(col(ReceivedCommand.received_at).desc())
        .limit(limit)
    )
    if journey is not None:
        wanted = wanted.where(ReceivedCommand.journey_id == journey)
    if code is not None:
        wanted = wanted.where(ReceivedCommand.code == code)
    with looking(engine) as session:
        see_as(session, viewer)
        return [Rejection(row, coi) for row, coi in session.exec(wanted).all()]
