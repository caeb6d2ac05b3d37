"""What organisations, trials and the installation itself must be able to show; only added to."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, Index, text
from sqlmodel import Field, SQLModel

from models.base import check, digest, kept, kept_index, moment

NEW_ID = {"server_default": text("gen_random_uuid()")}


class Approval(SQLModel, table=True):
    """An approval of a trial, for one centre where it names one; the newest of a kind counts."""

    __table_args__ = (
        check("kind IN ('ethics', 'mhra', 'panel', 'gmo', 'site')", "approval_kind"),
        check("standing IN ('granted', 'suspended', 'withdrawn')", "approval_standing"),
        check("valid_from < valid_until", "approval_interval"),
        check("btrim(reference) <> '' AND btrim(trial) <> ''", "approval_named"),
        Index("ix_approval_trial", "trial", "kind"),
        kept_index("approval"),
    )

    id: UUID = Field(primary_key=True, sa_column_kwargs=NEW_ID)
    trial: str = Field(max_length=40)
    organisation: str | None = Field(default=None, foreign_key="organisation.ods_code")
    kind: str = Field(max_length=6)
    reference: str = Field(max_length=80)
    standing: str = Field(max_length=9)
    valid_from: datetime = moment()
    valid_until: datetime = moment()
    recorded_by: str = Field(max_length=120)
    kept_at: datetime | None = kept()


class Licence(SQLModel, table=True):
    """A licence or accreditation of an organisation; the newest of a kind counts."""

    __table_args__ = (
        check("kind IN ('hta', 'mia', 'jacie', 'wda')", "licence_kind"),
        check("standing IN ('granted', 'suspended', 'withdrawn')", "licence_standing"),
        check("valid_from < valid_until", "licence_interval"),
        check("btrim(reference) <> ''", "licence_named"),
        Index("ix_licence_organisation", "organisation", "kind"),
        kept_index("licence"),
    )

    id: UUID = Field(primary_key=True, sa_column_kwargs=NEW_ID)
    organisation: str = Field(foreign_key="organisation.ods_code")
    kind: str = Field(max_length=5)
    reference: str = Field(max_length=80)
    standing: str = Field(max_length=9)
    valid_from: datetime = moment()
    valid_until: datetime = moment()
    recorded_by: str = Field(max_length=120)
    kept_at: datetime | None = kept()


class PeriodicReport(SQLModel, table=True):
    """A periodic report of a trial that was sent, and the last day that it covers."""

    __tablename__ = "periodic_report"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        check("kind IN ('dsur', 'progress')", "periodic_report_kind"),
        check("btrim(reference) <> '' AND btrim(trial) <> ''", "periodic_report_named"),
        Index("ix_periodic_report_trial", "trial", "kind"),
        kept_index("periodic_report"),
    )

    id: UUID = Field(primary_key=True, sa_column_kwargs=NEW_ID)
    trial: str = Field(max_length=40)
    kind: str = Field(max_length=8)
    covers_until: date
    sent_at: datetime = moment()
    reference: str = Field(max_length=80)
    recorded_by: str = Field(max_length=120)
    kept_at: datetime | None = kept()


class Calibration(SQLModel, table=True):
    """A calibration of a logger or another device, and until when it holds."""

    __table_args__ = (
        check("kind IN ('logger', 'shipper', 'storage', 'thermometer')", "calibration_kind"),
        check("calibrated_at < due_at", "calibration_interval"),
        check("btrim(device) <> '' AND btrim(certificate) <> ''", "calibration_named"),
        Index("ix_calibration_device", "device", "due_at"),
        kept_index("calibration"),
    )

    id: UUID = Field(primary_key=True, sa_column_kwargs=NEW_ID)
    device: str = Field(max_length=80)
    """As it is named where it is used: a logger as `record pack-shipment` names it."""
    kind: str = Field(max_length=11)
    calibrated_at: datetime = moment()
    due_at: datetime = moment()
    certificate: str = Field(max_length=80)
    recorded_by: str = Field(max_length=120)
    kept_at: datetime | None = kept()


class BackupMade(SQLModel, table=True):
    """That a backup was made: of which bytes, and when; never where it is."""

    __tablename__ = "backup_made"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        check("size_bytes > 0 AND octet_length(sha256) = 32", "backup_made_whole"),
        kept_index("backup_made"),
    )

    id: UUID = Field(primary_key=True, sa_column_kwargs=NEW_ID)
    made_at: datetime = moment()
    sha256: bytes = digest()
    size_bytes: int = Field(sa_type=BigInteger)
    kept_at: datetime | None = kept()


class Observation(SQLModel, table=True):
    """What was seen of the installation from outside the database at one moment."""

    __table_args__ = (
        check("kind IN ('clock', 'prefect', 'worker', 'anchor', 'trail')", "observation_kind"),
        Index("ix_observation_kind", "kind", "observed_at"),
        kept_index("observation"),
    )

    id: UUID = Field(primary_key=True, sa_column_kwargs=NEW_ID)
    kind: str = Field(max_length=7)
    observed_at: datetime = moment()
    well: bool
    seconds: float | None = None
    """How far a clock is off, or how old the newest anchor is."""
    found: str = Field(max_length=200)
    kept_at: datetime | None = kept()
