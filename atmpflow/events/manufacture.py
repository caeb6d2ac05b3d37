"""Manufacture, tests and release of a batch: what can have happened."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from atmpflow.events.admission import Objection
from atmpflow.events.collection import Scanned
from atmpflow.message import Content, Event, Text, Utc


class BatchOpened(Event):
    name: ClassVar = "batch.opened"

    batch: Text


class Lot(Content):
    """A lot that goes into the product or touches it."""

    kind: Literal["vector", "reagent", "medium", "disposable"]
    lot: Text


class Ingredients(Content):
    lots: tuple[Lot, ...] = Field(
        default=(), title="Lots used", description="Vector, reagents, media, disposables"
    )


class ManufactureStarted(Event, Scanned, Ingredients):
    name: ClassVar = "manufacture.started"


class Manufactured(Ingredients):
    units: Annotated[tuple[Text, ...], Field(min_length=1)] = Field(
        title="Units", description="Unit numbers of the finished bags or vials"
    )
    quantity: float = Field(gt=0, title="Quantity", description="Per dose, in the product's unit")
    volume_ml: float = Field(gt=0, le=2000, title="Volume", description="Millilitres a unit")
    expires_at: Utc = Field(title="Expires at", description="Last moment of use on the label")


class ManufactureCompleted(Event, Manufactured):
    name: ClassVar = "manufacture.completed"


class TestResult(Content):
    """One release test: a number where the specification is a range, else the outcome."""

    __test__: ClassVar = False

    test: Text
    value: float | None = None
    outcome: Text | None = None


class Tested(Content):
    batch: Text = Field(title="Batch number")
    results: Annotated[tuple[TestResult, ...], Field(min_length=1)] = Field(title="Results")


class QualityResultsRecorded(Event, Tested):
    name: ClassVar = "quality.results_recorded"


class QualityPassed(Event):
    name: ClassVar = "quality.passed"


class QualityOutOfSpecification(Event):
    name: ClassVar = "quality.out_of_specification"

    objections: tuple[Objection, ...]


class ReleasePrepared(Event):
    name: ClassVar = "release.prepared"

    missing: tuple[Objection, ...]


class BatchCertified(Event):
    name: ClassVar = "batch.certified"

    batch: Text
    certificate: Text
    out_of_specification: bool = False


class BatchRejected(Event):
    name: ClassVar = "batch.rejected"

    batch: Text
    reason: Text
    material_left: bool | None = None
