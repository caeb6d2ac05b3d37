"""Manufacture, tests and release: what may be asked."""

from typing import ClassVar, Literal

from pydantic import Field

from atmpflow.events.collection import Scanned
from atmpflow.events.manufacture import Ingredients, Manufactured, Tested
from atmpflow.message import Command, Text
from atmpflow.people import Role


class OpenBatch(Command):
    """Give the batch its number."""

    name: ClassVar = "open-batch"
    roles: ClassVar = frozenset({Role.SYSTEM})

    batch: Text = Field(title="Batch number")


class StartManufacture(Command, Scanned, Ingredients):
    """Manufacture began with this unit of starting material."""

    name: ClassVar = "start-manufacture"
    roles: ClassVar = frozenset({Role.MANUFACTURER})


class CompleteManufacture(Command, Manufactured):
    """The finished units are filled, labelled and stored."""

    name: ClassVar = "complete-manufacture"
    roles: ClassVar = frozenset({Role.MANUFACTURER})


class RecordQualityResults(Command, Tested):
    """Results of the release tests."""

    name: ClassVar = "record-quality-results"
    roles: ClassVar = frozenset({Role.QUALITY_CONTROL})


class AssessQuality(Command):
    """The engine holds every result against its specification."""

    name: ClassVar = "assess-quality"
    roles: ClassVar = frozenset({Role.SYSTEM})


class PrepareRelease(Command):
    """The engine lists what certification still misses."""

    name: ClassVar = "prepare-release"
    roles: ClassVar = frozenset({Role.SYSTEM})


class CertifyBatch(Command):
    """The Qualified Person certifies the batch (EU GMP Annex 16, Part IV 11)."""

    name: ClassVar = "certify-batch"
    roles: ClassVar = frozenset({Role.QP})

    batch: Text = Field(title="Batch number")
    certificate: Text = Field(title="Certificate number")
    audit_trail_reviewed: Literal[True] = Field(
        title="Audit trail reviewed", description="Batch record and its audit trail were reviewed"
    )
    out_of_specification: bool = Field(
        default=False,
        title="Out of specification",
        description="Certified all the same, on request (EU GMP Part IV 11.5)",
    )


class RejectBatch(Command):
    """The Qualified Person rejects the batch."""

    name: ClassVar = "reject-batch"
    roles: ClassVar = frozenset({Role.QP})

    batch: Text = Field(title="Batch number")
    reason: Text = Field(title="Reason", description="Deviation or report number")
    material_left: bool | None = Field(
        default=None,
        title="Material left",
        description="Is starting material left for another batch? Unsaid: ask the manufacturer",
    )
