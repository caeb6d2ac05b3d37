"""Writes a database of this version, with journeys in it, for later versions to come up from.

`python -m tests.upgrade.make`: once for each release. Everybody in it is made up.
"""

import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg

from deployments.embedded import running_postgres
from deployments.roles import plain
from models.database import connect
from models.migrate import wanted

FOLDER = Path(__file__).parent
KEY = "5a" * 32
"""Opens the made-up identities of every dump."""


def main(folder: Path) -> Path:
    """Record journeys on and off the happy road and dump them as `REVISION.dump`."""
    with TemporaryDirectory(prefix="atmpflow-upgrade-") as state:
        clock = Path(state) / "clock"
        clock.write_text("2020-01-01T00:00:00+00:00", encoding="ascii")
        os.environ["ATMPFLOW_STATE_DIR"] = state
        os.environ["ATMPFLOW_PARTNERS"] = "simulated"
        os.environ["ATMPFLOW_SIMULATED_CLOCK"] = str(clock)
        key = Path(state) / "identity.key"
        key.write_text(KEY, encoding="ascii")
        os.environ["ATMPFLOW_IDENTITY_KEY_FILE"] = str(key)
        with running_postgres(Path(state)) as databases:
            _record(databases.owner, databases.application)
            return _dumped(databases.owner, folder)


def _record(owner_url: str, application_url: str) -> None:
    from desk.prepare import prepare
    from tests.factories import finished, held, journey_at, lifted
    from tests.upgrade import beside

    prepare(owner_url)
    os.environ["ATMPFLOW_APPLICATION_URL"] = application_url
    app = connect(application_url)
    finished(app, "zolgensma")
    finished(app, "holoclar")
    lifted(app, held(app, journey_at(app, "confirm-order", "hemgenix")))
    held(app, journey_at(app, "start-conditioning", "aucatzyl"))
    beside.fill(app, owner_url)
    app.dispose()


def _dumped(owner_url: str, folder: Path) -> Path:
    from deployments.dump import dump

    file = folder / f"{wanted()}.dump"
    with psycopg.connect(plain(owner_url)) as connection:
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        row = connection.execute("SELECT pg_export_snapshot()").fetchone()
        assert row is not None
        dump(owner_url, file, row[0])
    return file


if __name__ == "__main__":
    sys.stdout.write(f"{main(FOLDER)}\n")
