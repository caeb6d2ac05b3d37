"""A list of certified units of allogeneic products, as CSV."""

import csv
import io
from datetime import UTC, datetime

from atmpflow.errors import Refused
from atmpflow.products.catalogue import product
from models.stock import Shelved

COLUMNS = ("unit", "product", "batch", "hla", "restricted_by", "expires_at", "certified_by")


def _refuse(place: str, message: str, remedy: str) -> Refused:
    return Refused("stock-file-invalid", place, message, remedy)


def read_stock(text: str) -> list[Shelved]:
    """Every unit of the file; HLA alleles are separated by spaces. `donation` may be left out.

    Raises Refused `stock-file-invalid` or `product-unknown` with the row: a list with one wrong
    row is not half taken.
    """
    table = csv.DictReader(io.StringIO(text))
    missing = [name for name in COLUMNS if name not in (table.fieldnames or ())]
    if missing:
        raise _refuse("file", f"Column {missing[0]} is missing.", "Name it in the first row.")
    return [_unit(row, number) for number, row in enumerate(table, start=2)]


def _unit(row: dict[str, str | None], number: int) -> Shelved:
    values = {name: (row[name] or "").strip() for name in COLUMNS}
    empty = next((name for name, value in values.items() if not value), None)
    if empty:
        raise _refuse(f"row {number}, {empty}", "It is empty.", "Fill it in.")
    spec = product(values["product"])
    if spec.pathway != "allogeneic":
        place = f"row {number}, product"
        raise _refuse(place, "This product is not held in stock.", "Name an allogeneic product.")
    return Shelved(
        unit=values["unit"],
        product=spec.code,
        batch=values["batch"],
        hla=tuple(values["hla"].split()),
        restricted_by=tuple(values["restricted_by"].split()),
        expires_at=_moment(values["expires_at"], number),
        certified_by=values["certified_by"],
        donation=(row.get("donation") or "").strip() or None,
    )


def _moment(text: str, number: int) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        place = f"row {number}, expires_at"
        raise _refuse(place, "Not a time with its zone.", "Write it as 2027-03-01T00:00Z.")
    return found.astimezone(UTC)
