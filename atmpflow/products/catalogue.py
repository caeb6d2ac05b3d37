"""Which products are known: each TOML file of this folder, held against its shape."""

import os
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from types import MappingProxyType

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from atmpflow.errors import Refused
from atmpflow.products.spec import ProductSpec

INVALID = "product-file-invalid"
FOLDER = "ATMPFLOW_PRODUCTS"
"""Names a folder with more product files, e.g. of trials."""


@cache
def catalogue() -> Mapping[str, ProductSpec]:
    """Every product by its code: the package's, and those of the folder ATMPFLOW_PRODUCTS names.

    Raises Refused `product-file-invalid`.
    """
    known = _read(resources.files("atmpflow.products"))
    folder = os.environ.get(FOLDER)
    return MappingProxyType({**known, **load(Path(folder))}) if folder else known


def load(folder: Path) -> Mapping[str, ProductSpec]:
    """Every product of another folder by its code. Raises Refused `product-file-invalid`."""
    return _read(folder)


def product(code: str) -> ProductSpec:
    """The product of the package with this code. Raises Refused `product-unknown`."""
    known = catalogue()
    if code not in known:
        remedy = f"Give one of: {', '.join(sorted(known))}."
        raise Refused("product-unknown", "product", "No product has this code.", remedy)
    return known[code]


def _read(folder: Traversable) -> Mapping[str, ProductSpec]:
    return MappingProxyType({spec.code: spec for spec in _specs(folder)})


def _specs(folder: Traversable) -> Iterator[ProductSpec]:
    for file in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if file.name.endswith(".toml"):
            yield _spec(file)


def _spec(file: Traversable) -> ProductSpec:
    try:
        spec = ProductSpec.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        message = f"{file.name} is not TOML in UTF-8: {error}."
        raise Refused(INVALID, file.name, message, "Correct the line.") from error
    except ValidationError as error:
        raise _unfit(file.name, error.errors()[0], error.error_count()) from error
    if f"{spec.code}.toml" != file.name:
        remedy = f"Name the file {spec.code}.toml or change its code."
        raise Refused(INVALID, "code", f"{file.name} describes {spec.code}.", remedy)
    return spec


def _unfit(name: str, first: ErrorDetails, count: int) -> Refused:
    field = ".".join(str(part) for part in first["loc"])
    more = f" {count - 1} more after it." if count > 1 else ""
    message = f"{name}, {field or 'whole file'}: {first['msg']}.{more}"
    return Refused(INVALID, field, message, "Correct the field; spec.py says what it takes.")
