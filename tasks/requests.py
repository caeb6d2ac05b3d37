"""Asking partners: panels, manufacturers and couriers, once for each step of a journey."""

import os
from datetime import datetime
from typing import Literal

from atmpflow.commands.admission import PlaceOrder, SubmitToPanel
from atmpflow.commands.shipment import BookCourier
from atmpflow.journey import Facts
from models.database import transaction
from models.sscc import next_sscc
from tasks.engine import engine
from tasks.partners.chosen import partner
from tasks.partners.partner import PartnerRequest

COMPANY_PREFIX = "ATMPFLOW_GS1_COMPANY_PREFIX"
"""The setting of the GS1 company prefix."""


def _request(kind: Literal["courier", "panel", "order"], facts: Facts, to: str) -> PartnerRequest:
    return PartnerRequest(
        kind=kind,
        journey=facts.journey,
        version=facts.version,
        coi=facts.coi,
        product=facts.product.code,
        to=to,
    )


def submit_to_panel(facts: Facts, at: datetime) -> SubmitToPanel:
    """Send the case to the trial's office, or to the national panel where there is no trial."""
    panel = facts.referral.trial or "national-panel"
    reference = partner("panel").request(_request("panel", facts, panel))
    return SubmitToPanel(occurred_at=at, panel=panel, reference=reference)


def place_order(facts: Facts, at: datetime) -> PlaceOrder:
    """Order from the product's holder."""
    reference = partner("order").request(_request("order", facts, facts.product.holder))
    return PlaceOrder(occurred_at=at, reference=reference)


def book_courier(facts: Facts, at: datetime) -> BookCourier:
    """Book the leg that is next."""
    request = _request("courier", facts, "courier")
    courier = partner("courier")
    reference = courier.request(request)
    return BookCourier(
        occurred_at=at,
        shipment=request.id,
        courier=courier.name,
        reference=reference,
        sscc=_new_sscc(),
    )


def _new_sscc() -> str | None:
    """The next shipper's code; none without a GS1 company prefix."""
    prefix = os.environ.get(COMPANY_PREFIX)
    if not prefix:
        return None
    with transaction(engine()) as connection:
        return next_sscc(connection, prefix)
