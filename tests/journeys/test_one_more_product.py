"""A trial's product is one file in a folder, and runs its whole journey without any code."""

from pathlib import Path

import pytest

from atmpflow.products.catalogue import FOLDER, catalogue
from desk.simulation.people import enrol
from models.database import transaction
from models.replay import replay
from tests.conftest import Database
from tests.factories import finished
from tests.people import CAST
from tests.products.test_eleventh_product import NEW


@pytest.fixture
def with_newvec(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    folder = tmp_path / "products"
    folder.mkdir()
    (folder / "newvec.toml").write_text(NEW, encoding="utf-8")
    monkeypatch.setenv(FOLDER, str(folder))
    catalogue.cache_clear()
    yield
    monkeypatch.delenv(FOLDER)
    catalogue.cache_clear()


@pytest.mark.usefixtures("with_newvec")
def test_a_product_from_a_folder_goes_from_referral_to_its_last_visit(own_database: Database):
    enrol(own_database.owner, CAST)  # everybody is trained for it, too
    facts = finished(own_database.app, "newvec")
    assert facts.ended == "completed"
    names = [row.event.name for row in facts.history]
    assert names.index("order.confirmed") < names.index("product.thawed")
    assert names.count("follow_up.recorded") == 8
    with transaction(own_database.app) as connection:
        assert replay(connection) == []
