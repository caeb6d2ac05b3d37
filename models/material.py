"""Bags, vials and kits: each belongs to one journey for ever, and somebody holds each."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlmodel import Field, SQLModel

from models.base import check, digest, kept, kept_index, moment, unit_of_journey


class Unit(SQLModel, table=True):
    """One container of starting material or product, of one journey (EU GMP Part IV 11)."""

    __table_args__ = (
        # The pair is what other tables refer to, so that no row can name another patient's unit.
        UniqueConstraint("unit", "journey_id"),
        ForeignKeyConstraint(["parent", "journey_id"], ["unit.unit", "unit.journey_id"]),
        check("kind IN ('material', 'product')", "unit_kind"),
        Index("ix_unit_prepared", "journey_id", postgresql_where=text("state = 'prepared'")),
    )

    unit: str = Field(primary_key=True)
    journey_id: UUID = Field(foreign_key="journey.id", index=True)
    kind: str
    parent: str | None = None
    batch: str | None = None
    state: str
    expires_at: datetime = moment(index=True)
    recorded_at: datetime = moment()


class Custody(SQLModel, table=True):
    """Who held a unit from when until when, and who gave it; never two at once, never nobody.

    That each holder follows on the one before is held at the end of each transaction, by the
    trigger `custody_contiguous`.
    """

    __table_args__ = (
        unit_of_journey(),
        check("ends_at IS NULL OR ends_at >= starts_at", "custody_interval"),
        check("giver IS NOT NULL OR giver_scan IS NULL AND receiver_scan IS NULL", "custody_scans"),
        check("giver <> holder", "custody_changes_hands"),
        ExcludeConstraint(
            ("unit", "="),
            (text("tstzrange(starts_at, ends_at)"), "&&"),
            name="ex_custody_one_holder",
            using="gist",
        ),
    )

    unit: str = Field(primary_key=True)
    starts_at: datetime = moment(primary_key=True)
    journey_id: UUID
    holder: str
    role: str
    ends_at: datetime | None = moment(default=None)
    giver: str | None = None
    """Who held it before; none: it was collected, made or supplied."""
    giver_scan: str | None = None
    """What was scanned at the giver's end: the unit as it was packed, or the shipper's label."""
    receiver_scan: str | None = None
    """What was scanned at the receiver's end: the shipper's label, or the unit as it came out."""


class UnitLabel(SQLModel, table=True):
    """A label that replaced the one before it, under two people; `version` 1 is the first label."""

    __tablename__ = "unit_label"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        unit_of_journey(),
        UniqueConstraint("label"),
        check("first_person <> second_person", "unit_label_four_eyes"),
        check("version >= 2", "unit_label_version"),
    )

    unit: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    journey_id: UUID
    label: str
    old_label: str
    reason: str
    first_person: str
    second_person: str
    applied_at: datetime = moment()


class StockUnit(SQLModel, table=True):
    """A certified unit of an allogeneic product on the shelf; one patient's at a time."""

    __tablename__ = "stock_unit"  # pyright: ignore[reportAssignmentType]

    unit: str = Field(primary_key=True)
    product: str = Field(index=True)
    batch: str
    hla: str
    restricted_by: str
    expires_at: datetime = moment()
    certified_by: str
    donation: str | None = None
    """Donation number of the donor, where the maker names it."""


class LabelPrint(SQLModel, table=True):
    """A label that was printed: which, by whom, and how often before; rows are only added."""

    __tablename__ = "label_print"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        UniqueConstraint("journey_id", "kind", "subject", "version", "copy_number"),
        check("kind IN ('unit', 'shipper', 'patient')", "label_print_kind"),
        check("version >= 1 AND copy_number >= 1", "label_print_count"),
        check("btrim(printed_by) <> ''", "label_print_by"),
        kept_index("label_print"),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    journey_id: UUID = Field(foreign_key="journey.id")
    kind: str = Field(max_length=8)
    subject: str = Field(max_length=120)
    """The unit, the shipper's number, or the chain-of-identity id of a band."""
    version: int
    copy_number: int
    format: str = Field(max_length=8)
    sha256: bytes = digest()
    """Of the file that held it."""
    printed_by: str = Field(max_length=120)
    printed_at: datetime = moment()
    kept_at: datetime = kept()
