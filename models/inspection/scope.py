"""Which journeys an inspector asked for, and why each of them belongs to it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from atmpflow.errors import Refused
from atmpflow.rights import ANY
from models.database import Connection
from models.lookups import journey_by, unknown_journey
from models.sight import look_as, sight_of
from models.trace import trace

Kind = Literal["journey", "batch", "site", "period"]


@dataclass(frozen=True, slots=True)
class Scope:
    """What was asked for. A period is from its first moment until just before its last."""

    kind: Kind
    text: str = ""
    """The journey or the batch or lot."""
    site: str | None = None
    since: datetime | None = None
    until: datetime | None = None

    def as_dict(self) -> dict[str, Any]:
        """The same for programs."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Chosen:
    """A journey of the scope, and what makes it one."""

    journey: UUID
    coi: str
    why: str


@dataclass(frozen=True, slots=True)
class Choice:
    """The journeys of a scope that may be seen; `everything`: nothing was kept from view."""

    journeys: tuple[Chosen, ...]
    everything: bool

    @property
    def ids(self) -> list[UUID]:
        return [one.journey for one in self.journeys]


# A journey is a site's where the patient is treated or was referred there, or where what belongs
# to it was held, sent or received there.
OF_SITE_OR_PERIOD = """
SELECT j.id, j.coi, array_to_string(ARRAY[
    CASE WHEN j.centre = %(site)s THEN 'treated at the site' END,
    CASE WHEN r.payload ->> 'referring_organisation' = %(site)s THEN 'referred from the site' END,
    CASE WHEN h.held THEN 'material or product was held, sent or received there' END,
    CASE WHEN %(since)s::timestamptz IS NOT NULL
        THEN 'something happened or was recorded in the period' END
], ', ')
FROM journey j
LEFT JOIN ledger r ON r.journey_id = j.id AND r.seq = 1
CROSS JOIN LATERAL (SELECT
    EXISTS (SELECT FROM custody c WHERE c.journey_id = j.id AND c.holder = %(site)s)
    OR EXISTS (SELECT FROM shipment s
        WHERE s.journey_id = j.id AND %(site)s IN (s.sender, s.receiver)) AS held) AS h
WHERE (%(site)s::text IS NULL OR j.centre = %(site)s OR h.held
        OR r.payload ->> 'referring_organisation' = %(site)s)
    AND (%(since)s::timestamptz IS NULL OR EXISTS (SELECT FROM ledger l WHERE l.journey_id = j.id
        AND (l.occurred_at >= %(since)s AND l.occurred_at < %(until)s
            OR l.recorded_at >= %(since)s AND l.recorded_at < %(until)s)))
ORDER BY j.coi
"""
NAMED = "SELECT id, coi FROM journey WHERE id = ANY(%s) ORDER BY coi"
KNOWN = "SELECT 1 FROM organisation WHERE ods_code = %s"

PRODUCTS_AND_SITES = """
SELECT (SELECT array_agg(DISTINCT product) FROM journey WHERE id = ANY(%(journeys)s)),
    (SELECT array_agg(ods_code) FROM organisation WHERE ods_code IN (
        SELECT centre FROM journey WHERE id = ANY(%(journeys)s)
        UNION SELECT payload ->> 'referring_organisation' FROM ledger
            WHERE journey_id = ANY(%(journeys)s) AND seq = 1
        UNION SELECT holder FROM custody WHERE journey_id = ANY(%(journeys)s)
        UNION SELECT unnest(ARRAY[sender, receiver]) FROM shipment
            WHERE journey_id = ANY(%(journeys)s)))
"""


def products_and_sites(connection: Connection, journeys: list[UUID]) -> tuple[list[str], list[str]]:
    """The products of journeys, and every organisation that treated, referred or held something."""
    row: Any = connection.execute(PRODUCTS_AND_SITES, {"journeys": journeys}).fetchone()
    return row[0] or [], row[1] or []


def choose(connection: Connection, scope: Scope, viewer: str | None, at: datetime) -> Choice:
    """The journeys of a scope, as far as somebody may see them; all where nobody is named.

    Of what may not be seen no more is said than of what is not there (row-level security).
    Raises Refused `journey-unknown`, `scope-empty`, `organisation-unknown`, `scope-backwards` or
    `account-unknown`.
    """
    found = _found(connection, scope)
    everything = viewer is None
    if viewer is not None:
        sight = sight_of(connection, viewer, at)
        everything = ANY in sight.centres
        look_as(connection, sight)
        rows: Any = connection.execute(NAMED, ([one.journey for one in found],)).fetchall()
        connection.execute("RESET ROLE")
        seen = {row[0] for row in rows}
        found = [one for one in found if one.journey in seen]
    if not found:
        raise unknown_journey() if scope.kind == "journey" else _empty()
    return Choice(tuple(found), everything)


def _found(connection: Connection, scope: Scope) -> list[Chosen]:
    if scope.kind == "journey":
        return _named(connection, [journey_by(connection, scope.text)], "asked for")
    if scope.kind == "batch":
        links = trace(connection, "lot", scope.text)
        reached = {one.journey for one in links if one.journey is not None}
        return _named(connection, list(reached), "has, or is made with, what was asked for")
    _require_right(connection, scope)
    asked = {"site": scope.site, "since": scope.since, "until": scope.until}
    rows: Any = connection.execute(OF_SITE_OR_PERIOD, asked).fetchall()
    return [Chosen(*row) for row in rows]


def _named(connection: Connection, journeys: list[UUID], why: str) -> list[Chosen]:
    rows: Any = connection.execute(NAMED, (journeys,)).fetchall()
    return [Chosen(journey, coi, why) for journey, coi in rows]


def _require_right(connection: Connection, scope: Scope) -> None:
    if scope.since and scope.until and scope.since >= scope.until:
        raise Refused(
            "scope-backwards",
            "to",
            "The period ends before it begins.",
            "Give --from the first day and --to the last one.",
        )
    if scope.site and connection.execute(KNOWN, (scope.site,)).fetchone() is None:
        raise Refused(
            "organisation-unknown",
            "site",
            "No organisation has this code.",
            "Look it up: atmpflow organisations.",
        )


def _empty() -> Refused:
    return Refused(
        "scope-empty",
        "",
        "No journey belongs to this.",
        "Check code and days; a lot that no journey has is followed with atmpflow trace --lot.",
    )
