"""`atmpflow log`: a logger's export as it comes from the logger."""

from pathlib import Path

import pytest

from tests.cli.conftest import Terminal
from tests.cli.referring import refer

REAL = Path(__file__).parents[3] / "shared" / "data" / "temperature"


def _log(coi: str, file: Path, *more: str) -> tuple[str, ...]:
    where = ("--journey", coi, "--logger", "L-1", "--role", "courier")
    return ("log", str(file), *where, *more)


@pytest.mark.parametrize(
    ("content", "more", "field"),
    [
        (b"time,temperature\n", (), "file"),
        (b"timestamp,temp_c\nyesterday,4.0\n", (), "row 2, timestamp"),
        (b"timestamp,temp_c\n2021-03-01 09:00,warm\n", (), "row 2, temp_c"),
        (b"timestamp,temp_c\n2021-03-01 09:00,-400\n", (), "row 2, temp_c"),
        (b"timestamp,temp_c\n2021-03-01 09:00,4\n", ("--zone", "Mars/Base"), "zone"),
    ],
)
def test_an_export_that_cannot_be_read_is_refused_with_its_row_and_kept(
    own_terminal: Terminal, tmp_path: Path, content: bytes, more: tuple[str, ...], field: str
) -> None:
    coi = refer(own_terminal, tmp_path)["coi"]
    file = tmp_path / "log.csv"
    file.write_bytes(content)
    (error,) = own_terminal.refused(*_log(coi, file, *more))
    assert (error["code"], error["field"]) == ("logger-file-invalid", field)
    newest = own_terminal.told("rejected", "--limit", "1")[0]
    assert (newest["command"], newest["field"]) == ("record-temperature-log", field)


@pytest.mark.skipif(not REAL.exists(), reason="the real logger exports are not beside the project")
def test_a_real_export_is_read_and_refused_where_no_shipment_is_under_way(
    own_terminal: Terminal, tmp_path: Path
) -> None:
    coi = refer(own_terminal, tmp_path)["coi"]
    file = REAL / "RCPJ00010_02_202211090128.csv"
    (error,) = own_terminal.refused(*_log(coi, file, "--zone", "Europe/London"))
    assert error["code"] == "out-of-order"
    assert own_terminal.told("rejected", "--limit", "1")[0]["code"] == "out-of-order"
