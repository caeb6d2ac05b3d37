"""Every table, gathered: importing this module makes `METADATA` complete."""

from sqlmodel import SQLModel

from models import (
    account,
    administration,
    appointment,
    batch,
    credential,
    duty,
    identity,
    installation,
    journey,
    ledger,
    material,
    network,
    reaction,
    recall,
    scheduling,
    shipment,
    signature,
)

ROOMS = (
    account,
    administration,
    appointment,
    batch,
    credential,
    duty,
    identity,
    installation,
    journey,
    ledger,
    material,
    network,
    reaction,
    recall,
    scheduling,
    shipment,
    signature,
)

METADATA = SQLModel.metadata

STATE = (
    journey.Journey,
    material.Unit,
    material.Custody,
    material.UnitLabel,
    shipment.Shipment,
    scheduling.SlotBooking,
    batch.Batch,
    administration.IdentityCheck,
    administration.Administration,
    administration.Visit,
    administration.Consent,
    duty.Duty,
    recall.MaterialLot,
    recall.RecallNotice,
)
"""Tables that follow from the ledger, row for row."""
