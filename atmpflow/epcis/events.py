"""The five kinds of EPCIS events as types: what each must, may and may not say.

Held to the official JSON schema and to what it lets pass but the standard forbids (EPCIS 2.0, 7.4;
CBV 2.0, 7).
"""

from typing import Any, Literal, Self

from pydantic import Field, model_validator

from atmpflow.epcis.parts import (
    Destination,
    ErrorDeclaration,
    Ilmd,
    Lasting,
    Open,
    Paper,
    Place,
    Quantity,
    SensorElement,
    Source,
)
from atmpflow.epcis.values import (
    Address,
    BizStep,
    Disposition,
    Identifier,
    Instance,
    Moment,
    Offset,
    refused,
)

Action = Literal["OBSERVE", "ADD", "DELETE"]
Context = str | dict[str, Any] | list[str | dict[str, Any]]

_MOVING = frozenset(
    {"shipping", "departing", "transporting", "arriving", "loading", "unloading", "void_shipping"}
)
_BEGIN = frozenset({"commissioning", "creating_class_instance"})
_END = frozenset({"decommissioning", "destroying"})
_JOIN = frozenset({"packing", "assembling", "installing", "loading"})
_PART = frozenset({"unpacking", "disassembling", "removing", "unloading"})


class Event(Open):
    """What every event says: when, why, where, and with which papers."""

    context: Context | None = Field(default=None, alias="@context")
    type: str
    time: Moment = Field(alias="eventTime")
    offset: Offset = Field(alias="eventTimeZoneOffset")
    recorded: Moment | None = Field(default=None, alias="recordTime")
    id: Address | None = Field(default=None, alias="eventID")
    certification: list[Address] | Address | None = Field(default=None, alias="certificationInfo")
    error: ErrorDeclaration | None = Field(default=None, alias="errorDeclaration")
    biz_step: BizStep | None = Field(default=None, alias="bizStep")
    disposition: Disposition | None = None
    read_point: Place | None = Field(default=None, alias="readPoint")
    location: Place | None = Field(default=None, alias="bizLocation")
    papers: list[Paper] | None = Field(default=None, alias="bizTransactionList")
    sources: list[Source] | None = Field(default=None, alias="sourceList")
    destinations: list[Destination] | None = Field(default=None, alias="destinationList")
    sensors: list[SensorElement] | None = Field(default=None, alias="sensorElementList")

    @property
    def step(self) -> str:
        """The short name of the business step; empty for none and for others' words."""
        return (self.biz_step or "").rpartition("BizStep-")[2]

    def things(self) -> list[str]:
        """Every identifier of what it happened to, as written."""
        return []


class Acting(Event):
    """An event with an action: something begins (ADD), goes on (OBSERVE) or ends (DELETE)."""

    action: Action


class ObjectEvent(Acting):
    """Something happened to things."""

    epcs: list[Instance] | None = Field(default=None, alias="epcList")
    quantities: list[Quantity] | None = Field(default=None, alias="quantityList")
    lasting: Lasting | None = Field(default=None, alias="persistentDisposition")
    ilmd: Ilmd | None = None

    @model_validator(mode="after")
    def _says_enough(self) -> Self:
        measured = bool(self.sensors) and self.read_point is not None
        if self.epcs is None and not self.quantities and not measured:
            raise refused("Names neither things nor a place and sensors.", "epcList")
        _no_twins(self.epcs, "epcList")
        if self.ilmd is not None and self.action != "ADD":
            raise refused("ilmd belongs to the beginning of things: to action ADD.", "ilmd")
        return self

    @model_validator(mode="after")
    def _fits(self) -> Self:
        _allow(self.step in _BEGIN, self.action, {"ADD"}, self.step)
        _allow(self.step in _END, self.action, {"DELETE", "OBSERVE"}, self.step)
        _allow(self.step in _MOVING, self.action, {"OBSERVE"}, self.step)
        return self

    def things(self) -> list[str]:
        return [*(self.epcs or ()), *_classes(self.quantities)]


class AggregationEvent(Acting):
    """Things were put into, or taken out of, something that holds them."""

    parent: Identifier | None = Field(default=None, alias="parentID")
    children: list[Instance] | None = Field(default=None, alias="childEPCs")
    quantities: list[Quantity] | None = Field(default=None, alias="childQuantityList")

    @model_validator(mode="after")
    def _says_enough(self) -> Self:
        if self.parent is None and self.action != "OBSERVE":
            raise refused("What holds the things is named when they go in or out.", "parentID")
        _require_children(self.action, self.children, self.quantities)
        return self

    @model_validator(mode="after")
    def _fits(self) -> Self:
        _allow(self.step in _JOIN, self.action, {"ADD", "OBSERVE"}, self.step)
        _allow(self.step in _PART, self.action, {"DELETE", "OBSERVE"}, self.step)
        return self

    def things(self) -> list[str]:
        parent = [self.parent] if self.parent else []
        return [*parent, *(self.children or ()), *_classes(self.quantities)]


class AssociationEvent(Acting):
    """Things were joined to something lasting, such as a logger to a shipper."""

    parent: Identifier = Field(alias="parentID")
    children: list[Instance] | None = Field(default=None, alias="childEPCs")
    quantities: list[Quantity] | None = Field(default=None, alias="childQuantityList")

    @model_validator(mode="after")
    def _says_enough(self) -> Self:
        _require_children(self.action, self.children, self.quantities)
        _allow(self.step in _JOIN, self.action, {"ADD", "OBSERVE"}, self.step)
        _allow(self.step in _PART, self.action, {"DELETE", "OBSERVE"}, self.step)
        return self

    def things(self) -> list[str]:
        return [self.parent, *(self.children or ()), *_classes(self.quantities)]


class TransactionEvent(Acting):
    """Things belong to a business transaction from now on, or no longer."""

    papers: list[Paper] = Field(alias="bizTransactionList", min_length=1)  # pyright: ignore[reportIncompatibleVariableOverride, reportGeneralTypeIssues]
    parent: Identifier | None = Field(default=None, alias="parentID")
    epcs: list[Instance] | None = Field(default=None, alias="epcList")
    quantities: list[Quantity] | None = Field(default=None, alias="quantityList")

    @model_validator(mode="after")
    def _says_enough(self) -> Self:
        if self.epcs is None and not self.quantities and self.action != "DELETE":
            raise refused("Names no things.", "epcList")
        _no_twins(self.epcs, "epcList")
        return self

    def things(self) -> list[str]:
        parent = [self.parent] if self.parent else []
        return [*parent, *(self.epcs or ()), *_classes(self.quantities)]


class TransformationEvent(Event):
    """Things became other things: cells a product."""

    inputs: list[Instance] | None = Field(default=None, alias="inputEPCList")
    input_quantities: list[Quantity] | None = Field(default=None, alias="inputQuantityList")
    outputs: list[Instance] | None = Field(default=None, alias="outputEPCList")
    output_quantities: list[Quantity] | None = Field(default=None, alias="outputQuantityList")
    transformation: Identifier | None = Field(default=None, alias="transformationID")
    lasting: Lasting | None = Field(default=None, alias="persistentDisposition")
    ilmd: Ilmd | None = None

    @model_validator(mode="after")
    def _says_enough(self) -> Self:
        taken = bool(self.inputs or self.input_quantities)
        made = bool(self.outputs or self.output_quantities)
        linked = self.transformation is not None and (taken or made)
        if not (taken and made) and not linked:
            raise refused(
                "Names what went in and what came out, or a transformationID.", "inputEPCList"
            )
        _no_twins(self.inputs, "inputEPCList")
        _no_twins(self.outputs, "outputEPCList")
        return self

    def things(self) -> list[str]:
        named = [*(self.inputs or ()), *(self.outputs or ())]
        return [*named, *_classes(self.input_quantities), *_classes(self.output_quantities)]


KINDS: dict[str, type[Event]] = {
    "ObjectEvent": ObjectEvent,
    "AggregationEvent": AggregationEvent,
    "TransactionEvent": TransactionEvent,
    "TransformationEvent": TransformationEvent,
    "AssociationEvent": AssociationEvent,
}


def _classes(quantities: list[Quantity] | None) -> list[str]:
    return [one.epc_class for one in quantities or ()]


def _no_twins(epcs: list[str] | None, field: str) -> None:
    if epcs is not None and len(set(epcs)) < len(epcs):
        raise refused("Names one thing twice.", field)


def _require_children(
    action: str, children: list[str] | None, quantities: list[Quantity] | None
) -> None:
    if not children and not quantities and action != "DELETE":
        raise refused("Names nothing inside.", "childEPCs")


def _allow(applies: bool, action: str, allowed: set[str], step: str) -> None:  # noqa: FBT001 - reads as a rule
    if applies and action not in allowed:
        fitting = " or ".join(sorted(allowed))
        raise refused(f"Action {action} does not go with {step}: it is {fitting}.", "action")
