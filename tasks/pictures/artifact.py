"""The pictures that a run leaves in Prefect: of each shipment it judged, up to a few."""

import asyncio
import logging
from base64 import b64encode
from collections.abc import Sequence
from uuid import UUID

from prefect.artifacts import acreate_markdown_artifact
from prefect.runtime import flow_run

from tasks.answer import Outcome
from tasks.engine import engine

log = logging.getLogger(__name__)

JUDGED = ("shipment.accepted", "shipment.quarantined")
DRAWN = 3
"""So many are drawn in a run, which must not be kept up by them; `atmpflow plot` draws any."""


async def leave_pictures(outcomes: Sequence[Outcome]) -> None:
    """An artifact with temperatures and custody for each shipment that this run judged."""
    judged = [one for one in outcomes if any(name in one.decided for name in JUDGED)]
    if flow_run.id is None:
        return
    for one in judged[:DRAWN]:
        try:
            said = await asyncio.to_thread(_said, one.journey, one.coi)
            await acreate_markdown_artifact(
                markdown=said,
                key=f"shipment-{one.coi.lower()}",
                description=f"Temperatures and custody of {one.coi} as this run judged them.",
            )
        except Exception:  # the decision stands, with or without a picture
            log.exception("no picture of a judged shipment", extra={"journey": str(one.journey)})


def _said(journey: UUID, coi: str) -> str:
    from tasks.pictures.made import latest_leg, of_custody  # noqa: PLC0415 - matplotlib is slow

    made = (latest_leg(engine(), journey), of_custody(engine(), journey))
    return "\n\n".join([f"# {coi}", *(f"![{one.title}]({_address(one.png)})" for one in made)])


def _address(png: bytes) -> str:
    """The picture itself as an address, so that nothing has to be served."""
    return f"data:image/png;base64,{b64encode(png).decode('ascii')}"
