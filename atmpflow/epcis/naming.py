"""What things, places, parties and papers of a journey are called in EPCIS: addresses, no names.

Units and shippers have their GS1 keys as Digital Links; without a company prefix, and where a
unit's number does not fit behind it, a UUID made of journey and number, the same each time. Nothing
here tells who the patient is: the chain-of-identity id is a pseudonym.
"""

import re
from dataclasses import dataclass, field
from urllib.parse import quote
from uuid import UUID, uuid5

from atmpflow.codes import gs1
from atmpflow.codes.coi import check
from atmpflow.codes.digital_link import CANONICAL
from atmpflow.epcis.identifiers import value_of
from atmpflow.errors import Refused

ODS = "https://fhir.nhs.uk/Id/ods-organization-code/"
"""How FHIR names organisations of the NHS by their ODS code."""

COI = "urn:atmpflow:coi:"
PARTY = "urn:atmpflow:party:"
BATCH = "urn:atmpflow:batch:"
LOT = "urn:atmpflow:lot:"
CERTIFICATE = "urn:atmpflow:certificate:"
LOGGER = "urn:atmpflow:logger:"
SUPERSEDED = "urn:atmpflow:epcis:superseded"
"""Why an event of an attempt that was begun again should no longer be relied on."""

EXTENSION = {"atmpflow": "urn:atmpflow:epcis:"}
SEAL = "atmpflow:seal"
"""The field in which a seal's number is told; no field of the standard holds it."""

_CODE = re.compile(r"(?:X-)?[A-Z0-9-]{3,20}")


@dataclass(frozen=True, slots=True)
class Naming:
    """A journey's identifiers: below which company prefix, and the codes of its shippers."""

    journey: UUID
    prefix: str | None = None
    shippers: dict[UUID, str] = field(default_factory=dict[UUID, str])
    """SSCC of each shipment that has one."""

    def unit(self, number: str) -> str:
        """A bag, vial or kit: its GIAI."""
        if self.prefix is not None:
            try:
                giai = gs1.make_giai(self.prefix, number)
            except Refused:
                giai = None
            if giai is not None:
                return f"{CANONICAL}/8004/{quote(giai, safe='')}"
        return f"urn:uuid:{uuid5(self.journey, number)}"

    def shipper(self, shipment: UUID) -> str:
        """The shipper of one leg: its SSCC."""
        sscc = self.shippers.get(shipment)
        return f"urn:uuid:{shipment}" if sscc is None else f"{CANONICAL}/00/{sscc}"


def place(text: str) -> str:
    """An organisation by its ODS code, others by the name under which they are in the record."""
    return f"{ODS}{text}" if _CODE.fullmatch(text) else f"{PARTY}{quote(text, safe='')}"


def identity(coi: str) -> str:
    """The chain-of-identity id as the paper that everything of a journey belongs to."""
    return f"{COI}{coi}"


def batch(number: str) -> str:
    """A batch as what was transformed."""
    return f"{BATCH}{quote(number, safe='')}"


def lot(kind: str, number: str) -> str:
    """A lot of vector, reagent, medium or disposables as a class of things."""
    return f"{LOT}{kind}:{quote(number, safe='')}"


def certificate(number: str) -> str:
    """The certificate of a batch as a paper."""
    return f"{CERTIFICATE}{quote(number, safe='')}"


def device(serial: str) -> str:
    """A logger by its serial number."""
    return f"{LOGGER}{quote(serial, safe='')}"


def coi_of(uri: str) -> str | None:
    """The chain-of-identity id that a paper names; none where it names none, or a wrong one."""
    if not uri.startswith(COI):
        return None
    try:
        return check(uri.removeprefix(COI), "")
    except Refused:
        return None


def device_is(uri: str, serial: str) -> bool:
    """Whether a device's address names this serial number, for certain.

    Its GIAI is a company prefix and the serial number; any other address ends in it.
    """
    giai = value_of(uri, "8004")
    if giai is not None:
        return re.fullmatch(rf"[0-9]{{4,12}}{re.escape(serial)}", giai) is not None
    return re.split(r"[/:.]", uri)[-1] == quote(serial, safe="")
