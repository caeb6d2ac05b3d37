"""The application's database, as this process reaches it."""

import os
from functools import cache

from sqlalchemy import Engine

from atmpflow.errors import Refused
from models.database import connect

URL = "ATMPFLOW_APPLICATION_URL"
"""Set by `atmpflow up` for the worker it starts; on a machine of its own, set by hand."""


@cache
def engine() -> Engine:
    """One engine a process. Raises Refused `database-not-named`."""
    url = os.environ.get(URL)
    if not url:
        raise Refused(
            "database-not-named",
            URL,
            "This process was not told which database to use.",
            f"Start it with `atmpflow up`, or set {URL}.",
        )
    return connect(url)
