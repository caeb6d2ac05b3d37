"""The application's database, as this process reaches it."""

import os
from functools import cache

from sqlalchemy import Engine

from atmpflow.errors import Refused
from models.database import connect

URL = "ATMPFLOW_APPLICATION_URL"
"""The application role's database; ATMPFLOW_DATABASE_URL, the setting, serves as well."""


@cache
def engine() -> Engine:
    """One engine a process. Raises Refused `database-not-named`."""
    url = os.environ.get(URL) or os.environ.get("ATMPFLOW_DATABASE_URL")
    if not url:
        raise Refused(
            "database-not-named",
            URL,
            "This process was not told which database to use.",
            "Start it with `atmpflow up`, or set ATMPFLOW_DATABASE_URL.",
        )
    return connect(url)
