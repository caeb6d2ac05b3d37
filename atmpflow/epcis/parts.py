"""What EPCIS events are made of: where, with which papers, from whom to whom, measured how."""

from typing import Any, Self, cast

from pydantic import BaseModel, ConfigDict, Field, model_validator

from atmpflow.epcis.units import TEMPERATURES
from atmpflow.epcis.values import (
    Address,
    Alert,
    Class,
    Component,
    Disposition,
    Flag,
    Hex,
    Identifier,
    Measured,
    Moment,
    PartyType,
    Real,
    Reason,
    TransactionType,
    Unit,
    moment,
    refused,
)


class Closed(BaseModel):
    """A part that holds what the standard says and nothing else."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, hide_input_in_errors=True, populate_by_name=True
    )

    @model_validator(mode="before")
    @classmethod
    def _no_nothing(cls, values: Any) -> Any:
        if isinstance(values, dict) and None in cast("dict[str, Any]", values).values():
            raise refused("A field without a value (null) is left out.")
        return cast("Any", values)


class Open(Closed):
    """A part that also holds others' fields, each named by an address or a prefix and a name."""

    model_config = ConfigDict(extra="allow")

    @model_validator(mode="after")
    def _named(self) -> Self:
        for name in self.model_extra or {}:
            if ":" not in name and name != "@context":
                raise refused("The standard knows no such field here.", name)
        return self


class Place(Open):
    """A read point or a location."""

    id: Identifier


class Quantity(Closed):
    """So much of a class of things; without a unit it is a count."""

    epc_class: Class = Field(alias="epcClass")
    quantity: Real | None = None
    uom: Unit | None = None

    @model_validator(mode="after")
    def _countable(self) -> Self:
        if self.quantity is None:
            if self.uom is not None:
                raise refused("A unit without a quantity says nothing.", "uom")
        elif self.quantity <= 0:
            raise refused("A quantity is more than nothing.", "quantity")
        elif self.uom is None and self.quantity != int(self.quantity):
            raise refused("Without a unit (uom) it is a count: a whole number.", "quantity")
        return self


class Paper(Closed):
    """A business transaction: an order, a despatch advice, a certificate."""

    type: TransactionType | None = None
    paper: Identifier = Field(alias="bizTransaction")


class Source(Closed):
    """Where or whom it comes from."""

    type: PartyType
    source: Identifier


class Destination(Closed):
    """Where or to whom it goes."""

    type: PartyType
    destination: Identifier


class Lasting(Closed):
    """Dispositions that last until they are taken back."""

    set: list[Disposition] | None = Field(default=None, min_length=1)
    unset: list[Disposition] | None = Field(default=None, min_length=1)

    @model_validator(mode="after")
    def _either(self) -> Self:
        if self.set is None and self.unset is None:
            raise refused("Names neither what is set nor what is taken back.")
        if set(self.set or ()) & set(self.unset or ()):
            raise refused("Sets and takes back the same disposition.", "unset")
        return self


class ErrorDeclaration(Open):
    """That an event should not be relied on, and which events stand in its place."""

    declared_at: Moment = Field(alias="declarationTime")
    reason: Reason | None = None
    corrective: list[Address] | None = Field(default=None, alias="correctiveEventIDs")


class SensorMetadata(Open):
    """When and by which device was measured."""

    time: Moment | None = None
    start: Moment | None = Field(default=None, alias="startTime")
    end: Moment | None = Field(default=None, alias="endTime")
    device: Identifier | None = Field(default=None, alias="deviceID")
    device_metadata: Identifier | None = Field(default=None, alias="deviceMetadata")
    raw_data: Identifier | None = Field(default=None, alias="rawData")
    method: Identifier | None = Field(default=None, alias="dataProcessingMethod")
    rules: Identifier | None = Field(default=None, alias="bizRules")

    @model_validator(mode="after")
    def _forwards(self) -> Self:
        if self.start and self.end and moment(self.end) < moment(self.start):
            raise refused("The measuring ends before it begins.", "endTime")
        return self


class SensorReport(Open):
    """One measured value, or what was computed from many."""

    type: Measured
    exception: Alert | None = None
    device: Identifier | None = Field(default=None, alias="deviceID")
    device_metadata: Identifier | None = Field(default=None, alias="deviceMetadata")
    raw_data: Identifier | None = Field(default=None, alias="rawData")
    method: Identifier | None = Field(default=None, alias="dataProcessingMethod")
    rules: Identifier | None = Field(default=None, alias="bizRules")
    time: Moment | None = None
    microorganism: Address | None = None
    substance: Address | None = Field(default=None, alias="chemicalSubstance")
    reference_system: Address | None = Field(default=None, alias="coordinateReferenceSystem")
    value: Real | None = None
    component: Component | None = None
    string: str | None = Field(default=None, alias="stringValue")
    boolean: Flag | None = Field(default=None, alias="booleanValue")
    hexadecimal: Hex | None = Field(default=None, alias="hexBinaryValue")
    uri: Address | None = Field(default=None, alias="uriValue")
    lowest: Real | None = Field(default=None, alias="minValue")
    highest: Real | None = Field(default=None, alias="maxValue")
    mean: Real | None = Field(default=None, alias="meanValue")
    deviation: Real | None = Field(default=None, alias="sDev")
    rank: Real | None = Field(default=None, alias="percRank")
    percentile: Real | None = Field(default=None, alias="percValue")
    uom: Unit | None = None

    @property
    def is_temperature(self) -> bool:
        """Whether a temperature was measured."""
        return self.type in ("Temperature", "gs1:Temperature", "https://gs1.org/voc/Temperature")

    @model_validator(mode="after")
    def _sound(self) -> Self:
        measured = (self.value, self.lowest, self.highest, self.mean, self.percentile)
        numbers = any(one is not None for one in measured)
        if self.is_temperature and numbers and self.uom not in TEMPERATURES:
            raise refused("A temperature has one of the units CEL, FAH, KEL or A48.", "uom")
        if self.uom in TEMPERATURES and not self.is_temperature and ":" not in self.type:
            raise refused("This is a unit of temperatures, and none was measured.", "uom")
        if self.lowest is not None and self.highest is not None and self.lowest > self.highest:
            raise refused("The least value is above the greatest.", "minValue")
        return self


class SensorElement(Open):
    """What a device measured at one time or over one span."""

    metadata: SensorMetadata | None = Field(default=None, alias="sensorMetadata")
    reports: list[SensorReport] = Field(alias="sensorReport", min_length=1)


Ilmd = dict[str, Any]
"""Facts of instance or lot, all of them of others' vocabularies."""
