"""`atmpflow scan`: what a scanned or typed code is. It asks no database and keeps nothing."""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Annotated, Any

import typer

from atmpflow.codes.elements import SEPARATOR, bracketed
from atmpflow.codes.isbt128 import Din, written
from atmpflow.codes.label import ShipperLabel, UnitLabel, Wristband
from atmpflow.codes.reading import BareKey, Coi, Found, Gs1, Isbt, identify
from atmpflow.codes.sec import SingleEuropeanCode
from desk.cli.frame import AsJson, new_app
from desk.cli.output import say, show_json

app = new_app()

_GROUP_SIGN = ("<GS>", "{GS}", "\\x1d")
"""How people write the separator that a keyboard has no key for."""

KINDS: dict[type[Any], tuple[str, str]] = {
    UnitLabel: ("unit-label", "Our label on a unit"),
    Wristband: ("wristband", "Our band on a patient"),
    ShipperLabel: ("shipper-label", "Our label on a shipper"),
    Coi: ("coi", "A chain-of-identity id"),
    Gs1: ("gs1", "GS1 elements of another maker"),
    BareKey: ("gs1-key", "A GS1 key without its identifier"),
    Din: ("donation", "An ISBT 128 donation number"),
    Isbt: ("isbt128", "An ISBT 128 label"),
    SingleEuropeanCode: ("sec", "A Single European Code"),
}

TITLES = {
    "00": "SSCC", "01": "GTIN", "02": "GTIN of contents", "10": "Batch", "11": "Made on",
    "17": "Expires on", "21": "Serial", "91": "COI", "92": "Unit", "93": "Label version",
    "414": "Place (GLN)", "7003": "Expires at", "8003": "GRAI", "8004": "GIAI",
    "8008": "Made at", "8017": "Provider (GSRN)", "8018": "Patient or subject (GSRN)",
}  # fmt: skip
STRUCTURES = {
    "001": "Donation", "002": "Blood group", "003": "Product code", "004": "Expires (local)",
    "005": "Expires (local)", "006": "Collected (local)", "007": "Collected (local)",
    "008": "Made (local)", "009": "Made (local)", "023": "Compound message",
    "032": "Product number", "034": "Product identifier", "036": "Lot",
    "038": "Single European Code", "039": "Donor registration", "040": "Chain of identity",
}  # fmt: skip


@app.command("scan")
def scan(
    text: Annotated[str, typer.Argument(metavar="STRING", help="As scanned; FNC1 may be <GS>.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Say what a scanned or typed code is."""
    for written_so in _GROUP_SIGN:
        text = text.replace(written_so, SEPARATOR)
    found = identify(text)
    kind, title = KINDS[type(found)]
    if as_json:
        show_json({"kind": kind, **as_values(found)})
        return
    say(title)
    for name, value in lines(found):
        say(f"{name}: {value}", indent=2)


def as_values(found: Found) -> dict[str, Any]:
    """What was found as JSON values."""
    match found:
        case Gs1(elements=elements):
            return {"elements": [asdict(one) for one in elements], "text": bracketed(elements)}
        case Din() as din:
            return {**asdict(din), "number": din.number, "check_character": din.check_character}
        case SingleEuropeanCode() as code:
            ends = code.expires_on
            return {**asdict(code), "expires_on": ends.isoformat() if ends else None}
        case _:
            return asdict(found)


def lines(found: Found) -> Iterable[tuple[str, Any]]:
    """What was found for people."""
    match found:
        case Gs1(elements=elements):
            return [(f"({one.ai}) {TITLES.get(one.ai, '')}".strip(), one.value) for one in elements]
        case Isbt(structures=structures):
            return [(STRUCTURES[one.number], one.local or one.value) for one in structures]
        case BareKey(digits=digits, keys=keys):
            return [(" or ".join(key.upper() for key in keys), digits)]
        case Din() as din:
            return [("Number", written(din.number)), ("Flags", din.flags or "none")]
        case _:
            return [
                (name.replace("_", " ").capitalize(), value or "none")
                for name, value in asdict(found).items()
            ]
