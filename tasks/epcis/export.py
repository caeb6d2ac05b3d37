"""A journey as an EPCIS document from the record."""

import os
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Engine

from atmpflow.epcis.journey import Known, document, journey_events
from atmpflow.epcis.naming import Naming
from models.database import Connection, transaction
from models.epcis_events import means_c, shippers
from models.lookups import facts_of
from tasks.requests import COMPANY_PREFIX


def company_prefix() -> str | None:
    """The GS1 company prefix of this installation."""
    return os.environ.get(COMPANY_PREFIX) or None


def told(connection: Connection, journey: UUID) -> list[dict[str, Any]]:
    """A journey's events. Raises Refused `journey-unknown`."""
    facts = facts_of(connection, journey)
    naming = Naming(journey, company_prefix(), shippers(connection, journey))
    return journey_events(facts, Known(naming, means_c(connection, journey)))


def exported(engine: Engine, journey: UUID, *, now: datetime) -> dict[str, Any]:
    """A journey as an EPCIS document. Raises Refused `journey-unknown`."""
    with transaction(engine) as connection:
        return document(told(connection, journey), created=now)
