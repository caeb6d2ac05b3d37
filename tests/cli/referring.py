"""Made-up patients and the files that refer them."""

import json
from itertools import count
from pathlib import Path
from typing import Any

from tests.cli.conftest import Terminal

NUMBERS = count(700_001)
REFERENCES = count(1)


def nhs_number() -> str:
    """A number of the range that is never issued, another one each time."""
    while True:
        digits = f"999{next(NUMBERS):06d}"
        check = -sum(int(digit) * (10 - at) for at, digit in enumerate(digits)) % 11
        if check != 10:
            return f"{digits}{check}"


def patient(**changed: str) -> dict[str, str]:
    """An identity as a file holds it."""
    return {
        "nhs_number": nhs_number(),
        "family_name": "Testpatient-Rowan",
        "given_name": "Synthetic Robin",
        "birth_date": "1975-03-02",
        "sex": "female",
    } | changed


def referral(**changed: Any) -> dict[str, Any]:
    """A referral of a patient of its own."""
    who = patient()
    return {
        "source_reference": f"TEST-{next(REFERENCES)}",
        "referring_organisation": "RWE",
        "treating_centre": "RX1",
        "product": "kymriah",
        "referred_on": "2021-03-02",
        "patient": who,
    } | changed


def refer(terminal: Terminal, folder: Path, **changed: Any) -> dict[str, Any]:
    """A journey that was just opened from a file."""
    file = folder / "referral.json"
    file.write_text(json.dumps(referral(**changed)))
    return terminal.told("refer", str(file))["opened"][0]
