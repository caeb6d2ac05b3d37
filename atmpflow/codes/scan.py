"""What a scanner or a hand read from a label, in the form in which codes are compared."""

from typing import Annotated

from pydantic import AfterValidator

from atmpflow.codes import coi, isbt128
from atmpflow.errors import Refused
from atmpflow.message import Text


def read_coi(text: str) -> str:
    """A chain-of-identity id in its written form; anything else unchanged, to fail comparison."""
    try:
        return coi.check(text, "")
    except Refused:
        return text


def read_unit(text: str) -> str:
    """A unit number; an ISBT 128 scan (`=...`) becomes its 13-character donation number."""
    if not text.startswith("="):
        return text
    try:
        return isbt128.check(text, "")
    except Refused:
        return text


ScannedCoi = Annotated[Text, AfterValidator(read_coi)]
ScannedUnit = Annotated[Text, AfterValidator(read_unit)]
