"""How the engine's own steps become commands where a plain one is not enough."""

from collections.abc import Iterable
from typing import get_type_hints

from tasks.answer import Act, Acts
from tasks.batch import open_batch
from tasks.calendar import book_slots
from tasks.cold_chain import assess_shipment
from tasks.requests import book_courier, place_order, submit_to_panel
from tasks.stock import allocate_unit

ALL: tuple[Act, ...] = (
    submit_to_panel,
    book_slots,
    place_order,
    allocate_unit,
    book_courier,
    assess_shipment,
    open_batch,
)
"""Every act there is; a stage's flow names those it uses."""


def by_command(acts: Iterable[Act]) -> Acts:
    """Acts by the command they make, as their return type says."""
    return {get_type_hints(act)["return"]: act for act in acts}
