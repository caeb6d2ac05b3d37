"""The pictures of a journey, drawn: each with a name for its file, as SVG and as PNG."""

from collections.abc import Iterator
from dataclasses import dataclass
from threading import Lock
from uuid import UUID

from sqlalchemy import Engine

from atmpflow.errors import Refused
from models.database import Connection, transaction
from models.lookups import facts_of
from tasks.pictures import strip, temperature
from tasks.pictures.leg import LegPicture, leg_picture, legs
from tasks.pictures.paper import as_png, as_svg

ONE_AT_A_TIME = Lock()
"""matplotlib is not made for threads."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture; its name is made of the chain-of-identity id, never of a person's."""

    name: str
    title: str
    svg: bytes
    png: bytes


def of_leg(engine: Engine, journey: UUID, number: int) -> Picture:
    """The temperatures of one leg, counted from 1. Raises Refused as `leg_picture`."""
    with transaction(engine) as connection:
        shown = leg_picture(connection, facts_of(connection, journey), number)
    return _leg(shown)


def _leg(shown: LegPicture) -> Picture:
    with ONE_AT_A_TIME:
        figure = temperature.draw(shown)
        svg, png = as_svg(figure, shown.title), as_png(figure, shown.title)
    return Picture(f"{shown.coi}-leg-{shown.number}", shown.title, svg, png)


def of_custody(engine: Engine, journey: UUID) -> Picture:
    """Who held what. Raises Refused `custody-none` where nothing was collected or supplied yet."""
    with transaction(engine) as connection:
        facts = facts_of(connection, journey)
        shown = strip.strip(connection, journey, facts.coi, facts.product.name)
    return _custody(shown)


def _custody(shown: strip.Strip) -> Picture:
    if not shown.lines:
        message = "Nothing of this journey has been collected, made or supplied yet."
        raise Refused("custody-none", "journey", message, "Look again when it has been.")
    with ONE_AT_A_TIME:
        figure = strip.draw(shown)
        svg, png = as_svg(figure, shown.title), as_png(figure, shown.title)
    return Picture(f"{shown.coi}-custody", shown.title, svg, png)


def every(engine: Engine, journey: UUID) -> Iterator[Picture]:
    """The custody, then each leg whose readings are here; nothing where there is nothing yet."""
    with transaction(engine) as connection:
        yield from every_of(connection, journey)


def every_of(connection: Connection, journey: UUID) -> Iterator[Picture]:
    """The same, as this transaction sees the record."""
    facts = facts_of(connection, journey)
    try:
        yield _custody(strip.strip(connection, journey, facts.coi, facts.product.name))
    except Refused:
        return
    for number in range(1, legs(facts) + 1):
        try:
            shown = leg_picture(connection, facts, number)
        except Refused:
            continue
        yield _leg(shown)


def latest_leg(engine: Engine, journey: UUID) -> Picture:
    """The temperatures of the last leg that was packed. Raises Refused as `of_leg`."""
    with transaction(engine) as connection:
        count = legs(facts_of(connection, journey))
    return of_leg(engine, journey, count)
