"""What each event of a journey says in the words of EPCIS and its vocabulary (CBV 2.0)."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from atmpflow.epcis import naming
from atmpflow.epcis.measured import sensors
from atmpflow.epcis.naming import SEAL, Naming
from atmpflow.events import (
    administration,
    admission,
    collection,
    damage,
    identity,
    recovery,
    remaking,
    shipment,
)
from atmpflow.events import manufacture as making
from atmpflow.journey import Facts, Recorded
from atmpflow.rules.supply import units_in_transit

Raw = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Happened:
    """An event of the ledger, with what is needed to tell of it."""

    row: Recorded
    then: Facts
    """The journey as it was just after."""
    naming: Naming
    means_c: Mapping[str, float]

    @property
    def event(self) -> Any:
        return self.row.event

    @property
    def centre(self) -> str:
        return naming.place(self.then.referral.treating_centre)

    @property
    def maker(self) -> str:
        return naming.place(self.then.product.holder)

    def units(self, numbers: Sequence[str]) -> list[str]:
        return [self.naming.unit(number) for number in numbers]

    def carried(self) -> list[str]:
        """The units of the present leg."""
        return self.units(units_in_transit(self.then))

    def booked(self) -> shipment.CourierBooked | None:
        return self.then.last(shipment.CourierBooked)

    def shipper(self) -> str:
        booked = self.booked()
        assert booked is not None  # noqa: S101 - nothing is packed before a courier is booked
        return self.naming.shipper(booked.shipment)


def _object(things: Sequence[str], action: str, step: str, disposition: str, **more: Any) -> Raw:
    return {
        "type": "ObjectEvent",
        "epcList": list(things),
        "action": action,
        "bizStep": step,
        "disposition": disposition,
        **more,
    }


def _at(where: str) -> Raw:
    return {"readPoint": {"id": where}, "bizLocation": {"id": where}}


def _between(booked: shipment.CourierBooked) -> Raw:
    sender, receiver = naming.place(booked.sender), naming.place(booked.receiver)
    return {
        "sourceList": [{"type": "possessing_party", "source": sender}],
        "destinationList": [{"type": "possessing_party", "destination": receiver}],
    }


def _lot(batch: str | None, expires_at: datetime) -> Raw:
    lot = {} if batch is None else {"cbvmda:lotNumber": batch}
    return {"ilmd": {**lot, "cbvmda:itemExpirationDate": f"{expires_at:%Y-%m-%d}"}}


def _labelled(things: Sequence[str], where: Raw) -> Raw:
    return _object(things, "OBSERVE", "encoding", "encoded", **where)


def _collected(of: Happened) -> Iterator[Raw]:
    event = cast("collection.CollectionCompleted", of.event)
    things, where = of.units([event.unit]), _at(of.centre)
    more = {**where, **_lot(None, event.expires_at)}
    yield _object(things, "ADD", "commissioning", "active", **more)
    yield _labelled(things, where)


def _inspected(disposition: str) -> Callable[[Happened], Iterator[Raw]]:
    """The units were looked at, at who holds them, and found so."""

    def say(of: Happened) -> Iterator[Raw]:
        things = of.carried()
        if things:
            yield _object(things, "OBSERVE", "inspecting", disposition, **_at(_holder(of)))

    return say


def _holder(of: Happened) -> str:
    """Where units are when they are inspected, by the stage in which it happened."""
    stage = of.then.stages_before[of.row.seq - 1]
    return of.maker if stage in ("manufacture", "quality", "release", "dispatch") else of.centre


def _packed(of: Happened) -> Iterator[Raw]:
    booked = of.booked()
    where = {} if booked is None else {"readPoint": {"id": naming.place(booked.sender)}}
    yield {
        "type": "AggregationEvent",
        "parentID": of.shipper(),
        "childEPCs": of.carried(),
        "action": "ADD",
        "bizStep": "packing",
        "disposition": "container_closed",
        **where,
        SEAL: of.event.seal,
    }


def _left(of: Happened) -> Iterator[Raw]:
    booked = of.booked()
    assert booked is not None  # noqa: S101 - nobody collects what nobody booked
    where = {"readPoint": {"id": naming.place(booked.sender)}, **_between(booked)}
    told = _object([of.shipper()], "OBSERVE", "shipping", "in_transit", **where)
    yield {**told, SEAL: of.event.seal}


def _arrived(of: Happened) -> Iterator[Raw]:
    booked = of.booked()
    assert booked is not None  # noqa: S101 - as above
    where = {**_at(naming.place(booked.receiver)), **_between(booked)}
    yield _object([of.shipper()], "OBSERVE", "arriving", "in_progress", **where)


def _received(of: Happened) -> Iterator[Raw]:
    booked = of.booked()
    assert booked is not None  # noqa: S101 - as above
    where = _at(naming.place(booked.receiver))
    yield {
        "type": "AggregationEvent",
        "parentID": of.shipper(),
        "childEPCs": of.carried(),
        "action": "DELETE",
        "bizStep": "unpacking",
        "disposition": "in_progress" if of.event.seal_intact else "non_conformant",
        **where,
    }
    more = {**where, **_between(booked)}
    yield _object(of.carried(), "OBSERVE", "receiving", "in_progress", **more)


def _judged(disposition: str) -> Callable[[Happened], Iterator[Raw]]:
    """What the logger of a leg measured, and whether that was right."""

    def say(of: Happened) -> Iterator[Raw]:
        booked = of.booked()
        where = _at(naming.place(booked.receiver)) if booked else {}
        told = _object(of.carried(), "OBSERVE", "sensor_reporting", disposition, **where)
        yield {**told, "sensorElementList": list(sensors(of.then, of.event, of.means_c))}

    return say


def _made(of: Happened) -> Iterator[Raw]:
    event = cast("making.ManufactureCompleted", of.event)
    then = of.then
    opened = then.last(making.BatchOpened)
    begun = then.last(making.ManufactureStarted)
    batch = opened.batch if opened else None
    lots = [*(begun.lots if begun else ()), *event.lots]
    names = dict.fromkeys(naming.lot(one.kind, one.lot) for one in lots)
    used = [{"epcClass": name} for name in names]
    outputs, where = of.units(event.units), _at(of.maker)
    yield {
        "type": "TransformationEvent",
        "inputEPCList": of.units([begun.scanned_unit] if begun else []),
        **({"inputQuantityList": used} if used else {}),
        "outputEPCList": outputs,
        **({"transformationID": naming.batch(batch)} if batch else {}),
        "bizStep": "commissioning",
        "disposition": "active",
        **where,
        **_lot(batch, event.expires_at),
    }
    yield _labelled(outputs, where)


def _reserved(of: Happened) -> Iterator[Raw]:
    things, maker = of.units(of.event.units), {"readPoint": {"id": of.maker}}
    yield _object(things, "OBSERVE", "reserving", "reserved", **maker)


def _certified(disposition: str) -> Callable[[Happened], Iterator[Raw]]:
    def say(of: Happened) -> Iterator[Raw]:
        things = of.carried()
        certificate = getattr(of.event, "certificate", None)
        papers = {} if certificate is None else {"bizTransactionList": [_certificate(certificate)]}
        if things:
            more = {**_at(of.maker), **papers}
            yield _object(things, "OBSERVE", "inspecting", disposition, **more)

    return say


def _certificate(number: str) -> Raw:
    return {"type": "cert", "bizTransaction": naming.certificate(number)}


def _accepted(of: Happened) -> Iterator[Raw]:
    yield _object(of.carried(), "OBSERVE", "accepting", "available", **_at(of.centre))


def _prepared(of: Happened) -> Iterator[Raw]:
    things = of.units([of.event.scanned_unit])
    yield _object(things, "OBSERVE", "removing", "in_progress", **_at(of.centre))


def _given(of: Happened) -> Iterator[Raw]:
    things = of.units([of.event.scanned_unit])
    yield _object(things, "OBSERVE", "dispensing", "dispensed", **_at(of.centre))


def _damaged(of: Happened) -> Iterator[Raw]:
    things = of.units([of.event.scanned_unit])
    yield _object(things, "OBSERVE", "inspecting", "damaged", **_at(of.centre))


def _relabelled(of: Happened) -> Iterator[Raw]:
    told = _labelled(of.units([of.event.unit]), {})
    yield {**told, "atmpflow:labelVersion": of.event.version}


def _written_off(of: Happened) -> Iterator[Raw]:
    if of.event.units:
        things = of.units(of.event.units)
        yield _object(things, "DELETE", "decommissioning", "inactive")


SAYS: Mapping[type[Any], Callable[[Happened], Iterator[Raw]]] = {
    collection.CollectionCompleted: _collected,
    collection.MaterialAccepted: _inspected("conformant"),
    collection.CollectionShort: _inspected("non_conformant"),
    admission.UnitAllocated: _reserved,
    admission.OrderConfirmed: _reserved,
    shipment.ShipmentPacked: _packed,
    shipment.ShipmentCollected: _left,
    shipment.ShipmentDelivered: _arrived,
    shipment.ShipmentReceived: _received,
    shipment.ShipmentAccepted: _judged("conformant"),
    shipment.ShipmentQuarantined: _judged("non_conformant"),
    shipment.DeviationAccepted: _inspected("conformant"),
    shipment.DeviationRejected: _inspected("non_conformant"),
    making.ManufactureCompleted: _made,
    making.QualityPassed: _inspected("conformant"),
    making.QualityOutOfSpecification: _inspected("non_conformant"),
    making.BatchCertified: _certified("available"),
    making.BatchRejected: _certified("non_conformant"),
    shipment.ProductAccepted: _accepted,
    administration.ProductThawed: _prepared,
    administration.DosePrepared: _prepared,
    administration.DoseAdministered: _given,
    damage.ProductDamaged: _damaged,
    identity.UnitRelabelled: _relabelled,
    recovery.RecollectionOrdered: _written_off,
    recovery.ReplacementOrdered: _written_off,
    recovery.SupplyGivenUp: _written_off,
    remaking.RemakeOrdered: _written_off,
}
"""By the ledger's event, what is said of it."""
