"""Making a passport: read the record, find the anchor that holds it, sign."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from importlib.metadata import version
from typing import Any
from uuid import UUID

from sqlalchemy import Engine

from atmpflow.codes.nhs_number import stands_in
from atmpflow.errors import Refused
from atmpflow.products.catalogue import product as product_named
from models.anchor import leaf
from models.chain import canonical, moment_text
from models.database import transaction
from models.installation import installation
from models.merkle import Tree
from models.passport import whole_record
from tasks import clock
from tasks.anchors import where
from tasks.anchors.make import fullest, read_anchor, read_past
from tasks.anchors.places import Place
from tasks.passport.check import FORMAT, SIGNED, chain_problems, entries, written
from tasks.passport.key import passport_signer


@dataclass(frozen=True, slots=True)
class Passport:
    """A passport: what it says, and the bytes of its file."""

    says: dict[str, Any]
    content: bytes

    @property
    def digest(self) -> str:
        """SHA-256 of the file, as `sha256sum` gives it."""
        return sha256(self.content).hexdigest()

    @property
    def name(self) -> str:
        """What its files are called, without their endings."""
        return f"{self.says['journey']['coi']}.passport"


def make_passport(engine: Engine, journey: UUID) -> Passport:
    """The passport of a journey as it is now.

    Raises Refused `journey-unknown`, `record-broken`, `reference-identifies`,
    `anchor-contradicted`, `anchor-forged`, `anchor-lists-others` or `passport-key-unreadable`.
    """
    now = clock.wall()
    with transaction(engine) as connection:
        record = whole_record(connection, journey)
        ours = installation(connection)
    if any(chain_problems(record)):
        raise _broken()
    if stands_in(entries(record)[0]["payload"].get("source_reference", "")):
        raise _identifies()
    product = product_named(record["journey"]["product"]).model_dump(mode="json")
    made = {
        "at": moment_text(now),
        "by": f"atmpflow {version('atmpflow')}",
        "installation": str(ours) if ours else None,
    }
    anchor = _anchor(ours, record) if ours else None
    says = {"format": FORMAT, "made": made, "product": product, "anchor": anchor, **record}
    text, key = canonical(says), passport_signer(now)
    return Passport(says, written(text, key.public, key.sign(SIGNED + text)))


def _identifies() -> Refused:
    return Refused(
        "reference-identifies",
        "source_reference",
        "The referrer's reference of this journey reads like a patient's number.",
        "It stands in the sealed record and cannot be left out: give `atmpflow fhir` instead, which"
        " leaves it out, and have referrers use numbers of their own.",
    )


def _broken() -> Refused:
    return Refused(
        "record-broken",
        "journey",
        "The record of this journey is not whole: its chain of hashes does not hold.",
        "Run `atmpflow verify` and tell the compliance officer; nothing is handed on meanwhile.",
    )


def _anchor(ours: UUID, record: Mapping[str, Any]) -> dict[str, Any] | None:
    """The newest anchor with the way from this journey to its root; none where none holds it."""
    places = [Place(folder, ours) for folder in where.folders()]
    past = read_past(places)
    journey = UUID(record["journey"]["id"])
    at = past.standing.places.get(journey)
    if at is None:
        return None
    _, held, digest = past.standing.heads[at]
    events = record["events"]
    if held > len(events) or events[held - 1]["hash"] != digest.hex():
        raise _contradicted()
    tree = Tree()
    tree.update({place: leaf(head) for place, head in enumerate(past.standing.heads)})
    anchor = read_anchor(fullest(places), past.number)
    if not anchor.heads:
        raise _lists_others()
    return {
        "line": anchor.content.decode(),
        **anchor.seal,
        "version": held,
        "place": at,
        "path": [one.hex() for one in tree.path(at)],
    }


def _contradicted() -> Refused:
    return Refused(
        "anchor-contradicted",
        "journey",
        "The record of this journey is not what its anchors hold.",
        "Run `atmpflow verify`; restore the newest backup before anything else.",
    )


def _lists_others() -> Refused:
    return Refused(
        "anchor-lists-others",
        "",
        "The newest anchor was made by an earlier version and lists other journeys.",
        "Make a new one with `atmpflow anchor`, then ask again.",
    )
