"""Stock: a manufacturer's list goes on the shelf whole or not at all."""

from pathlib import Path

import pytest

from tests.cli.conftest import Terminal

HEAD = "unit,product,batch,hla,restricted_by,expires_at,certified_by"
ROW = "EBV-77-U1,ebvallo,EBV-77,A*02:01 B*07:02,A*02:01,2031-01-01T00:00Z,qp-4"


def _file(folder: Path, *rows: str) -> str:
    file = folder / "stock.csv"
    file.write_text("\n".join((HEAD, *rows)), encoding="utf-8")
    return str(file)


def test_units_are_added_once(terminal: Terminal, tmp_path: Path) -> None:
    file = _file(tmp_path, ROW)

    assert terminal.told("stock", file)["added"] == 1
    assert terminal.told("stock", file) == {"units": 1, "added": 0}


@pytest.mark.parametrize(
    ("wrong", "code", "field"),
    [
        (ROW.replace("ebvallo", "kymriah"), "stock-file-invalid", "row 3, product"),
        (ROW.replace("ebvallo", "nothing"), "product-unknown", "product"),
        (ROW.replace("2031-01-01T00:00Z", "2031-01-01"), "stock-file-invalid", "row 3, expires_at"),
        (ROW.replace("EBV-77-U1", ""), "stock-file-invalid", "row 3, unit"),
    ],
)
def test_a_wrong_row_is_named_and_nothing_is_added(
    terminal: Terminal, tmp_path: Path, wrong: str, code: str, field: str
) -> None:
    right = ROW.replace("EBV-77-U1", f"EBV-{code}-{field[-4:]}")

    (error,) = terminal.refused("stock", _file(tmp_path, right, wrong))

    assert (error["code"], error["field"]) == (code, field)
    assert terminal.told("stock", _file(tmp_path, right))["added"] == 1
