"""Which code does the next shipper get? Counted up by company prefix; none is used again."""

from typing import Any

from atmpflow.codes.gs1 import make_sscc
from models.database import Connection

NEXT = """
INSERT INTO sscc_counter (company_prefix, used) VALUES (%s, 1)
ON CONFLICT (company_prefix) DO UPDATE SET used = sscc_counter.used + 1 RETURNING used
"""


def next_sscc(connection: Connection, prefix: str) -> str:
    """The next SSCC below a GS1 company prefix, 18 digits.

    Raises Refused `gs1-number` when the prefix leaves no more numbers.
    """
    row: Any = connection.execute(NEXT, (prefix,)).fetchone()
    return make_sscc(prefix, row[0])
