"""Shipment legs and the temperature readings of their loggers."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Column, Identity, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from models.base import check, digest, kept, kept_index, moment


class Shipment(SQLModel, table=True):
    """One leg: out with the material, or in with the product."""

    __table_args__ = (
        check("leg IN ('outbound', 'inbound')", "shipment_leg"),
        check("collected_at IS NULL OR collected_at >= packed_at", "shipment_collected"),
        check("delivered_at IS NULL OR delivered_at >= collected_at", "shipment_delivered"),
        check("received_at IS NULL OR received_at >= delivered_at", "shipment_received"),
        check(
            "verdict IS NULL OR verdict IN ('accepted', 'quarantined', 'rejected')",
            "shipment_verdict",
        ),
        check("sscc ~ '^[0-9]{18}$'", "shipment_sscc"),
        UniqueConstraint("sscc"),
        Index("ix_shipment_unjudged", "received_at", postgresql_where=text("verdict IS NULL")),
    )

    id: UUID = Field(primary_key=True)
    journey_id: UUID = Field(foreign_key="journey.id", index=True)
    leg: str
    courier: str
    reference: str
    sender: str
    receiver: str
    shipper: str | None = None
    seal: str | None = None
    logger: str | None = None
    packed_at: datetime | None = moment(default=None)
    collected_at: datetime | None = moment(default=None)
    delivered_at: datetime | None = moment(default=None)
    received_at: datetime | None = moment(default=None)
    log_sha256: str | None = None
    minutes_outside: float | None = None
    verdict: str | None = None
    sscc: str | None = None
    """Serial Shipping Container Code (GS1) of the shipper on this leg; never used again."""


class SsccCounter(SQLModel, table=True):
    """How many shippers have got a code below a company prefix."""

    __tablename__ = "sscc_counter"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        check("company_prefix ~ '^[0-9]{4,12}$'", "sscc_counter_prefix"),
        check("used > 0", "sscc_counter_used"),
    )

    company_prefix: str = Field(primary_key=True, max_length=12)
    used: int = Field(sa_type=BigInteger)


class LoggerFile(SQLModel, table=True):
    """A logger's export as it came in, byte for byte; not its name, where people put names."""

    __tablename__ = "logger_file"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        UniqueConstraint("number"),
        check("unit IN ('C', 'F')", "logger_file_unit"),
        check("interval_s IS NULL OR interval_s > 0", "logger_file_interval"),
        kept_index("logger_file"),
        Index("ix_logger_file_shipment_id", "shipment_id"),
    )

    sha256: bytes = digest(primary_key=True)
    shipment_id: UUID = Field(foreign_key="shipment.id", primary_key=True)
    number: int | None = Field(
        default=None, sa_column=Column(BigInteger, Identity(always=True), nullable=False)
    )
    """Short name of the file, which its readings carry."""
    logger: str
    content: bytes
    received_at: datetime = moment()
    kept_at: datetime = kept()
    format: str = "plain"
    unit: str = "C"
    zone: str = "UTC"
    interval_s: float | None = None
    sensor: str | None = None


class Reading(SQLModel, table=True):
    """One temperature, degrees Celsius, in UTC; empty where the sensor was disconnected."""

    file: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    at: datetime = moment(primary_key=True)
    celsius: float | None = None
    lasts_s: float | None = None
    """Seconds until the file's next reading, so that no query has to look for it."""
