"""The peer's flows: each leaves a file, which is the side effect that is counted."""

import os
from pathlib import Path
from uuid import uuid4

from prefect import flow

EFFECTS = "FAULTS_EFFECTS"
BETWEEN = "--"


@flow(name="deliver")
async def deliver(shipment: str) -> None:
    """An event came: leave a file for it, another one each time."""
    _leave(shipment)


@flow(name="overdue")
async def overdue(shipment: str) -> None:
    """A deadline passed; its trigger knows only the resource's id."""
    _leave(shipment.removeprefix("shipment."))


def _leave(shipment: str) -> None:
    (Path(os.environ[EFFECTS]) / f"{shipment}{BETWEEN}{uuid4()}").touch()
