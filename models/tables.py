"""Every table, gathered: importing this module makes `METADATA` complete."""

from sqlmodel import SQLModel

from models import (
    account,
    administration,
    appointment,
    batch,
    credential,
    deviation,
    duty,
    epcis,
    finding,
    identity,
    installation,
    journey,
    ledger,
    logger,
    material,
    network,
    reaction,
    recall,
    reference,
    scheduling,
    shipment,
    signature,
    standing,
)

ROOMS = (
    account,
    administration,
    appointment,
    batch,
    credential,
    deviation,
    duty,
    epcis,
    finding,
    identity,
    installation,
    journey,
    ledger,
    logger,
    material,
    network,
    reaction,
    recall,
    reference,
    scheduling,
    shipment,
    signature,
    standing,
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
    deviation.Deviation,
    duty.Duty,
    recall.MaterialLot,
    recall.RecallNotice,
)
"""Tables that follow from the ledger, row for row."""
