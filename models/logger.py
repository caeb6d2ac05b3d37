"""The register of loggers, and what they sent while they travelled; both only added to."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Column, Identity, Index, text
from sqlmodel import Field, SQLModel

from models.base import check, digest, document, kept, kept_index, moment


class Logger(SQLModel, table=True):
    """A logger and its sensor, as registered from a moment on; the newest of a serial counts."""

    __table_args__ = (
        check("unit IN ('C', 'F')", "logger_unit"),
        check("interval_s > 0", "logger_interval"),
        check("standing IN ('in-use', 'withdrawn')", "logger_standing"),
        check(
            "btrim(serial) <> '' AND btrim(model) <> '' AND btrim(sensor) <> '' AND zone <> ''",
            "logger_named",
        ),
        Index("ix_logger_serial", "serial", "valid_from"),
        kept_index("logger"),
    )

    number: int | None = Field(
        default=None, sa_column=Column(BigInteger, Identity(always=True), primary_key=True)
    )
    serial: str = Field(max_length=80)
    """As `record pack-shipment` names it."""
    model: str = Field(max_length=80)
    sensor: str = Field(max_length=80)
    unit: str = Field(max_length=1)
    zone: str = Field(max_length=40)
    interval_s: float
    owner: str = Field(foreign_key="organisation.ods_code")
    sender: str | None = Field(default=None, foreign_key="account.username", max_length=120)
    standing: str = Field(max_length=9)
    valid_from: datetime = moment()
    recorded_by: str = Field(max_length=120)
    kept_at: datetime | None = kept()


class ReadingBatch(SQLModel, table=True):
    """One sending of readings as it came in: taken in whole or in part, or refused and why.

    Of one sender a batch is taken once; what was refused may come again.
    """

    __tablename__ = "reading_batch"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        check("source IN ('http', 'mqtt')", "reading_batch_source"),
        check("kind IN ('json', 'file')", "reading_batch_kind"),
        check("outcome IN ('taken', 'refused')", "reading_batch_outcome"),
        check("sha256 = sha256(content)", "reading_batch_digest"),
        check("taken >= 0 AND refused >= 0", "reading_batch_counts"),
        check(
            "(outcome = 'taken') <= (batch IS NOT NULL AND logger IS NOT NULL AND taken > 0)"
            " AND (outcome = 'refused') <= (code IS NOT NULL AND taken = 0 AND file IS NULL)",
            "reading_batch_whole",
        ),
        check("(shipment_id IS NULL) = (file IS NULL)", "reading_batch_file"),
        Index(
            "uq_reading_batch_taken",
            "sender",
            "batch",
            unique=True,
            postgresql_where=text("outcome = 'taken'"),
        ),
        Index(
            "uq_reading_batch_refused",
            "sender",
            "sha256",
            "code",
            unique=True,
            postgresql_where=text("outcome = 'refused'"),
        ),
        Index("ix_reading_batch_logger", "logger", "received_at"),
        kept_index("reading_batch"),
    )

    number: int | None = Field(
        default=None, sa_column=Column(BigInteger, Identity(always=True), primary_key=True)
    )
    source: str = Field(max_length=4)
    kind: str = Field(max_length=4)
    sender: str = Field(max_length=120)
    role: str = Field(max_length=40)
    batch: str | None = Field(default=None, max_length=80)
    """As the sender numbers it; of a file its hash."""
    logger: str | None = Field(default=None, max_length=80)
    sha256: bytes = digest()
    content: bytes
    format: str = Field(max_length=40)
    zone: str = Field(max_length=40)
    received_at: datetime = moment()
    outcome: str = Field(max_length=7)
    code: str | None = Field(default=None, max_length=60)
    taken: int
    refused: int
    problems: list[dict[str, str]] = document()
    shipment_id: UUID | None = Field(default=None, foreign_key="shipment.id", index=True)
    file: int | None = Field(default=None, sa_type=BigInteger, foreign_key="logger_file.number")
    """Its readings, where the logger travelled when they came."""
    kept_at: datetime | None = kept()
