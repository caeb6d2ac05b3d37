"""The relay killed before, between and after telling Prefect: each event is in the feed once."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest

from models.fault import POINTS
from tests.conftest import Database
from tests.factories import journey_at
from tests.faults import deeds
from tests.faults.conftest import environment_of_processes, nothing_wrong
from tests.faults.forks import Forks, fork_server
from tests.faults.waiting import eventually
from tests.models.rows import select
from tests.stack import Installation

RELAY = [point for point in POINTS if point.startswith("relay.")]


@pytest.fixture(scope="module")
def server() -> Iterator[Forks]:
    with fork_server({}) as forks:
        yield forks


def _feed(installed: Installation, journey: UUID) -> Counter[str]:
    """The ids of a journey's events in Prefect's feed."""
    asked = {"filter": {"resource": {"id": [f"atmpflow.journey.{journey}"]}}, "limit": 50}
    page = installed.client.post("/events/filter", json=asked).raise_for_status().json()
    assert page["next_page"] is None
    return Counter(event["id"] for event in page["events"])


@pytest.mark.parametrize("again", [pytest.param(1, marks=pytest.mark.slow), 2])
@pytest.mark.parametrize("point", RELAY)
def test_each_event_is_in_the_feed_once(
    installed: Installation,
    own_database: Database,
    server: Forks,
    tmp_path: Path,
    point: str,
    again: int,
):
    app, api_url = own_database.app, installed.stack.api_url
    facts = journey_at(app, "record-screening")
    server.environment = environment_of_processes()
    assert server.run(deeds.tell, api_url, faults=f"{point}=kill:{tmp_path / 'proof'}").killed
    told = [server.run(deeds.tell, api_url).answer for _ in range(again)]
    assert sum(told) > 0 or point == "relay.marked"
    ids = {str(id) for (id,) in select(app, "SELECT id FROM ledger")}
    assert len(ids) == facts.version
    eventually(lambda: ids <= set(_feed(installed, facts.journey)), within_s=10)
    assert _feed(installed, facts.journey) == Counter(ids)
    assert select(app, "SELECT count(*) FROM outbox WHERE delivered_at IS NULL") == [(0,)]
    nothing_wrong(own_database)
