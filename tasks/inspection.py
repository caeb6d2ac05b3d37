"""The verification that goes with an inspection pack: of its journeys, and of the whole record."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Engine

from models.database import Connection
from models.invariants.chain import broken
from models.invariants.checker import Report
from models.replay import compared_of
from tasks import clock
from tasks.verify import journey_of, lines, place, summary, verified

EVENTS = "SELECT count(*) FROM ledger WHERE journey_id = ANY(%s)"
NEWEST = (
    "SELECT observed_at, well, found FROM observation WHERE kind = 'trail'"
    " ORDER BY observed_at DESC, id LIMIT 1"
)


@dataclass(frozen=True, slots=True)
class Extent:
    """What is verified: these journeys always; `whole`: every invariant over everything, too."""

    journeys: Sequence[UUID]
    whole: bool
    tells_all: bool
    """Whether what was found in no journey, or in another one, may be told in words."""


def verification(engine: Engine, connection: Connection, extent: Extent) -> dict[str, Any]:
    """What was verified, when, and what was found; chain and replay in the pack's own snapshot."""
    report = verified(engine) if extent.whole else None
    return {
        "journeys": _of_journeys(connection, extent.journeys),
        "record": _of_record(report, extent) if report else None,
        "newest_check": _newest(connection),
    }


def _of_journeys(connection: Connection, journeys: Sequence[UUID]) -> dict[str, Any]:
    row: Any = connection.execute(EVENTS, (list(journeys),)).fetchone()
    at = clock.wall()
    chain = [{"journey": one, "found": what} for one, what in broken(connection, journeys)]
    differs = [
        {"journey": journey_of(found), "found": place(found)}
        for found in compared_of(connection, journeys)
    ]
    return {
        "at": at,
        "journeys": len(journeys),
        "events": row[0],
        "chain": chain,
        "replay": differs,
        "holds": not (chain or differs),
    }


def _of_record(report: Report, extent: Extent) -> dict[str, Any]:
    mine = frozenset(extent.journeys)
    inside = [one for one in report.violations if one.journey in mine]
    rest = [one for one in report.violations if one.journey not in mine]
    told = [one for one in rest if one.journey is None and extent.tells_all]
    return {
        "at": clock.wall(),
        "says": summary(report),
        "invariants": [
            {
                "number": line.invariant.number,
                "name": line.invariant.name,
                "state": line.state,
                "in_these_journeys": sum(one.number == line.invariant.number for one in inside),
                "proves": line.invariant.proves,
                "not_yet": line.invariant.not_yet,
                "source": line.invariant.source,
            }
            for line in lines(report)
        ],
        "violations": [
            {"number": one.number, "journey": one.journey, "found": one.found}
            for one in (*inside, *told)
        ],
        "violations_elsewhere": len(rest) - len(told),
        "holds": not (inside or told),
    }


def _newest(connection: Connection) -> dict[str, Any] | None:
    """The newest nightly check on record."""
    row: Any = connection.execute(NEWEST).fetchone()
    return dict(zip(("at", "holds", "says"), row, strict=True)) if row else None
