"""Erasing an identity: its keys are destroyed; chain, ledger and traceability stay."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Engine

from atmpflow.errors import Refused
from atmpflow.people import Actor
from atmpflow.rules.erasure import Known, judge_erasure
from models.database import transaction
from models.people import identities

KNOWN = """
SELECT coalesce(array_agg(j.coi) FILTER (WHERE j.ended IS NULL), '{}'),
    max(u.expires_at) FILTER (WHERE a.unit IS NOT NULL)
FROM journey j
LEFT JOIN administration a ON a.journey_id = j.id
LEFT JOIN unit u ON u.unit = a.unit
WHERE j.person_id = %s
"""
FILES = """
SELECT DISTINCT c.source FROM command c JOIN journey j ON j.id = c.journey_id
WHERE j.person_id = %s AND c.source IS NOT NULL
"""
DESTROY = """
UPDATE identity.sealing_key
SET wrapped = NULL, destroyed_at = %s, destroyed_by = %s, reason = %s
WHERE subject = ANY (%s) AND wrapped IS NOT NULL
"""


@dataclass(frozen=True, slots=True)
class Erased:
    """What can no longer be read."""

    person: UUID
    files: int


def erase(
    engine: Engine,
    person: UUID,
    *,
    actor: Actor,
    reason: str,
    now: datetime,
    link_kept_by: str | None = None,
) -> Erased:
    """Make a person's identity unreadable here, with the files it came in.

    `link_kept_by` says who keeps the link from the chain-of-identity id to the patient. Raises
    Refused with what stands against it (rules/erasure.py), `person-unknown`, `identity-erased`.
    """
    with transaction(engine) as connection:
        row: Any = connection.execute(KNOWN, (person,)).fetchone()
        files: Any = connection.execute(FILES, (person,)).fetchall()
    judged = judge_erasure(Known(tuple(row[0]), row[1]), now=now, link_kept_by=link_kept_by)
    _require_nothing_against({reason.code: reason.found for reason in judged.against})
    subjects = [f"person:{person}", *(f"file:{one[0].hex()}" for one in files)]
    why = reason if link_kept_by is None else f"{reason}; link kept by {link_kept_by}"
    with identities(engine) as connection:
        _require_there(connection, person)
        destroyed = connection.execute(DESTROY, (now, actor.id, why, subjects)).rowcount
        connection.execute("UPDATE identity.person SET nhs_index = NULL WHERE id = %s", (person,))
    return Erased(person, destroyed - 1)


def _require_nothing_against(found: Mapping[str, str]) -> None:
    if "journey-open" in found:
        raise Refused(
            "journey-open",
            "person",
            f"The patient's identity is still needed; {found['journey-open']}.",
            "End the journey first (withdraw), or wait until it has ended.",
        )
    if "traceability-duty" in found:
        raise Refused(
            "traceability-duty",
            "link_kept_by",
            f"What the patient was given {found['traceability-duty']}.",
            "Say who keeps the link to the patient, e.g. the treating centre's ODS code.",
        )


def _require_there(connection: Any, person: UUID) -> None:
    query = "SELECT wrapped IS NULL FROM identity.sealing_key WHERE subject = %s"
    found = connection.execute(query, (f"person:{person}",)).fetchone()
    if found is None:
        raise Refused("person-unknown", "person", "No such person.", "Check the id.")
    if found[0]:
        raise Refused(
            "identity-erased",
            "person",
            "This identity was erased before.",
            "Nothing is left to do.",
        )
