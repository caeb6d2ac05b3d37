"""Which words must stand on a unit's label?"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from atmpflow.products.spec import PathwayName

Infection = Literal["evaluated", "not-evaluated", "reactive"]
"""What is known of the donor's infection markers when the label is made."""

Kind = Literal["material", "product"]

VIROLOGY_HOLDS = timedelta(days=30)
"""Directive 2006/17/EC, Annex II 2.4: an autologous donor's blood, taken around the collection."""

_OWN_CELLS: frozenset[PathwayName] = frozenset({"autologous", "tissue-engineered"})
_CELLS: frozenset[PathwayName] = frozenset({*_OWN_CELLS, "allogeneic"})


@dataclass(frozen=True, slots=True)
class Statement:
    """Words of a label with the rule that asks for them; `warning` ones stand out."""

    text: str
    source: str
    warning: bool = False


_AUTOLOGOUS = Statement(
    "FOR AUTOLOGOUS USE ONLY",
    "Human Medicines Regulations 2012, Schedule 24, 53; Directive 2006/86/EC, Annex II E 1(d)",
    warning=True,
)
_NOT_EVALUATED = Statement(
    "NOT EVALUATED FOR INFECTIOUS SUBSTANCES", "21 CFR 1271.90(c)(2)", warning=True
)
_HAZARD = Statement(
    "BIOLOGICAL HAZARD: POSITIVE INFECTION MARKER",
    "Directive 2006/86/EC, Annex II E 1(f)",
    warning=True,
)
_HUMAN_CELLS = Statement(
    "Contains human cells.", "Regulation (EC) 1394/2007, Annex III (b) and Annex IV"
)
_DO_NOT_IRRADIATE = Statement(
    "Do not irradiate.", "Circular of Information for the Use of Cellular Therapy Products (AABB)"
)
_NOT_A_PRODUCT = Statement(
    "Starting material: for manufacture, not for infusion.", "EU GMP Part IV, 7 and 11"
)


def infection_known(virology_taken_at: datetime | None, collected_at: datetime | None) -> Infection:
    """Evaluated when blood for the markers was taken within 30 days before the collection.

    A positive marker is not among a journey's facts: who makes the label says so.
    """
    if virology_taken_at is None or collected_at is None:
        return "not-evaluated"
    age = collected_at - virology_taken_at
    return "evaluated" if timedelta(0) <= age <= VIROLOGY_HOLDS else "not-evaluated"


def statements(
    pathway: PathwayName, kind: Kind, *, infection: Infection = "not-evaluated"
) -> tuple[Statement, ...]:
    """The words for one unit, warnings first."""
    own, cells = pathway in _OWN_CELLS, pathway in _CELLS
    chosen = (
        (own, _AUTOLOGOUS),
        (infection == "reactive", _HAZARD),
        (own and infection == "not-evaluated", _NOT_EVALUATED),
        (kind == "material", _NOT_A_PRODUCT),
        (cells and kind == "product", _HUMAN_CELLS),
        (cells, _DO_NOT_IRRADIATE),
    )
    return tuple(statement for holds, statement in chosen if holds)
