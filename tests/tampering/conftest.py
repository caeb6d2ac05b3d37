"""One record with journeys of several kinds, anchored, for every edit of a run."""

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from atmpflow.errors import Refused
from atmpflow.people import Role
from desk.simulation.people import actor
from models.passwords import MEMORY_KIB
from models.people import keep_received
from models.unread import Unread, keep_unread
from tasks import clock
from tasks.anchors.evidence import anchoring
from tasks.anchors.make import make_anchor
from tasks.signing import demand
from tests.conftest import Database, copied, serving
from tests.factories import finished, held, journey_at, lifted
from tests.tampering.scene import Scene, scene
from tests.upgrade.beside import papers, people

AT_ONCE = timedelta()


@pytest.fixture(scope="session")
def anchored(
    prepared_database: Database, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Database, object]]:
    """Journeys, signatures, accounts, papers, rejections and a received file, anchored twice."""
    folder = tmp_path_factory.mktemp("anchored")
    with copied(prepared_database, folder) as database, serving(database):
        with pytest.MonkeyPatch.context() as environment:
            environment.setenv(MEMORY_KIB, "32")
            fill(database)
        yield database, anchoring(database.app)


def fill(database: Database) -> None:
    app = database.app
    people(app, database.owner)
    papers(app)
    demand(app, actor(Role.COMPLIANCE))
    finished(app, "zolgensma")
    lifted(app, held(app, journey_at(app, "confirm-order", "hemgenix")))
    make_anchor(app, "asked", grace=AT_ONCE)
    journey_at(app, "start-conditioning", "aucatzyl")
    _reject(app)
    make_anchor(app, "asked", grace=AT_ONCE)


def _reject(app: Engine) -> None:
    who = actor(Role.COORDINATOR)
    for number in range(2):
        content = json.dumps({"file": number}).encode()
        digest = keep_received(app, content, filename="x.json", sender=who.id, now=clock.wall())
        refused = Refused("not-readable", "file", "Not a referral.", "Send a referral.")
        keep_unread(app, Unread("refer", who, f"file-{number}", digest), refused, clock.wall())


@pytest.fixture
def stage(anchored: tuple[Database, object]) -> Iterator[Scene]:
    """The record in the hands of a superuser; afterwards as if nothing had been."""
    database, anchors = anchored
    with scene(database.administrator, anchors) as found:
        yield found
