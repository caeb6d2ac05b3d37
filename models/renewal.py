"""After an upgrade: clocks, duties and deviations that the new rules ask of journeys under way."""

from typing import Any

from sqlalchemy import Engine

from models.changes import Insert, statement
from models.database import transaction
from models.deviation import Deviation
from models.duty import Duty
from models.reaction import Timer
from models.replay import replay

RENEWED = {"timer": Timer, "duty": Duty, "deviation": Deviation}
"""Tables of what is owed; a version that asks for more adds the rows that are not there."""


def renew(owner: Engine) -> int:
    """Add each timer, duty and deviation that the ledger asks for by this version; how many.

    Nothing that is there is changed: what a former version owed and did stays as it was.
    """
    with transaction(owner) as connection:
        missing = [one for one in replay(connection) if one.stored is None]
    rows: list[Insert] = [
        Insert(RENEWED[one.table], _values(one.replayed)) for one in missing if one.table in RENEWED
    ]
    with transaction(owner) as connection:
        for row in rows:
            text, values = statement(row)
            connection.execute(f"{text} ON CONFLICT DO NOTHING".encode(), values)
    return len(rows)


def _values(row: Any) -> dict[str, Any]:
    return {column: value for column, value in row.items() if value is not None}
