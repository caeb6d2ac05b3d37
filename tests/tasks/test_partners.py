"""Partners: asked once, by folder, without a patient's identity; the simulated say so."""

import json
from pathlib import Path
from uuid import uuid4

import pytest

from tasks.partners.chosen import partner
from tasks.partners.filed import FiledPartner
from tasks.partners.partner import PartnerRequest, Unavailable


def _request() -> PartnerRequest:
    return PartnerRequest(
        kind="courier", journey=uuid4(), version=9, coi="ATF-1", product="kymriah", to="courier"
    )


def test_asking_twice_leaves_one_request_with_one_reference(tmp_path: Path) -> None:
    courier, request = FiledPartner("courier", tmp_path / "courier"), _request()

    references = {courier.request(request), courier.request(request)}

    (file,) = (tmp_path / "courier").iterdir()
    assert references == {file.stem}
    assert json.loads(file.read_text(encoding="utf-8"))["coi"] == request.coi


def test_a_folder_that_cannot_be_written_is_tried_again_later(tmp_path: Path) -> None:
    (tmp_path / "courier").write_text("in the way", encoding="utf-8")

    with pytest.raises(Unavailable, match="courier"):
        FiledPartner("courier", tmp_path / "courier").request(_request())


def test_partners_are_real_unless_a_simulation_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ATMPFLOW_PARTNERS", raising=False)
    monkeypatch.setenv("ATMPFLOW_STATE_DIR", str(tmp_path))
    assert not partner("courier").simulated

    monkeypatch.setenv("ATMPFLOW_PARTNERS", "simulated")
    assert partner("courier").simulated
    assert partner("courier").request(_request()).startswith("SIMULATED")
