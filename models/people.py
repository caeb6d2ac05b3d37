"""Keeping identities: a person is known by an opaque id everywhere else."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Engine

from atmpflow.errors import Refused
from atmpflow.people import Actor
from atmpflow.referral import PatientIdentity
from models.database import Connection, transaction
from models.fault import fault
from models.keys import Keys, keys, new_key, seal, unseal

IDENTITY_ROLE = "atmpflow_identity"
VALUES = ("nhs_number", "family_name", "given_name", "birth_date", "sex")
"""What is sealed of a person."""

FIND = "SELECT id, family_name, birth_date FROM identity.person WHERE nhs_index = %s"
KEY = "SELECT wrapped FROM identity.sealing_key WHERE subject = %s"
KEEP_KEY = (
    "INSERT INTO identity.sealing_key (subject, wrapped, created_at) VALUES (%s, %s, %s)"
    " ON CONFLICT (subject) DO NOTHING"
)
KEEP = """
INSERT INTO identity.person
    (id, nhs_index, nhs_number, family_name, given_name, birth_date, sex, recorded_at)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT (nhs_index) DO NOTHING RETURNING id
"""
KEEP_FILE = """
INSERT INTO identity.received
    (sha256, filename, content, sealed_sha256, received_at, received_from)
VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT (sha256) DO NOTHING
"""


@contextmanager
def identities(engine: Engine) -> Iterator[Connection]:
    """A transaction in the role that alone may read and write identities."""
    with transaction(engine) as connection:
        connection.execute(f"SET LOCAL ROLE {IDENTITY_ROLE}".encode())
        yield connection


def place(person: UUID, column: str) -> str:
    """What a person's sealed value is bound to."""
    return f"identity.person|{column}|{person}"


def _file_place(digest: bytes, column: str) -> str:
    return f"identity.received|{column}|{digest.hex()}"


def _key_place(subject: str) -> str:
    return f"identity.sealing_key|wrapped|{subject}"


def wrapped_key(ring: Keys, key: bytes, subject: str) -> bytes:
    """A person's or file's key as it is stored."""
    return seal(ring.wrapping, key, _key_place(subject))


def sealed_values(key: bytes, person: UUID, values: dict[str, str]) -> dict[str, bytes]:
    """A person's values as they are stored."""
    return {name: seal(key, values[name].encode(), place(person, name)) for name in VALUES}


@dataclass(frozen=True, slots=True)
class Newcomer:
    """A patient who is not on record yet, sealed: a row to be kept, and its key."""

    person: UUID
    row: tuple[Any, ...]
    wrapped: bytes
    at: datetime


class AlreadyKnown(Exception):
    """Somebody else put this patient on record meanwhile; ask again under that id."""


def newcomer(patient: PatientIdentity, now: datetime) -> Newcomer:
    """A patient under a new opaque id, as it would be kept. Nothing is kept yet."""
    ring, person, key = keys(), uuid4(), new_key()
    sealed = sealed_values(key, person, patient.model_dump(mode="json", include=set(VALUES)))
    row = (person, ring.blind_index(patient.nhs_number), *sealed.values(), now)
    return Newcomer(person, row, wrapped_key(ring, key, f"person:{person}"), now)


def put_aside(connection: Connection, one: Newcomer) -> None:
    """Keep a newcomer's identity in the transaction of its first journey: both or neither.

    Raises AlreadyKnown.
    """
    connection.execute(f"SET LOCAL ROLE {IDENTITY_ROLE}".encode())
    kept = _kept(connection, one)
    connection.execute("RESET ROLE")
    if not kept:
        raise AlreadyKnown
    fault("open.remembered", connection)


def _kept(connection: Connection, one: Newcomer) -> bool:
    """Is it kept now, and was not before?"""
    # Not by its row count, which a pipeline does not wait for.
    if connection.execute(KEEP, one.row).fetchone() is None:
        return False
    connection.execute(KEEP_KEY, (f"person:{one.person}", one.wrapped, one.at))
    return True


def remember(engine: Engine, patient: PatientIdentity, now: datetime) -> UUID:
    """The opaque id of a patient, new or known.

    Raises Refused as `recognise` does.
    """
    one = newcomer(patient, now)
    with identities(engine) as connection:
        if _kept(connection, one):
            return one.person
        known = _agreeing(connection, patient)
    assert known is not None  # noqa: S101 - who is not kept is there, and no person is deleted
    return known


def recognise(engine: Engine, patient: PatientIdentity) -> UUID | None:
    """The opaque id of a patient who is on record; none for a new one.

    Raises Refused `identity-conflict` when the NHS number is on record with another family name
    or birth date: one of the two is wrong, and guessing could join two patients.
    """
    with identities(engine) as connection:
        return _agreeing(connection, patient)


def _opened_key(connection: Connection, ring: Keys, subject: str) -> bytes:
    row: Any = connection.execute(KEY, (subject,)).fetchone()
    if row is None or row[0] is None:
        raise Refused(
            "identity-erased",
            "person",
            "This identity was erased, or was never kept.",
            "Look the patient up in the centre's own record, by the chain-of-identity id.",
        )
    return unseal(ring.wrapping, row[0], _key_place(subject))


def _agreeing(connection: Connection, patient: PatientIdentity) -> UUID | None:
    ring = keys()
    row: Any = connection.execute(FIND, (ring.blind_index(patient.nhs_number),)).fetchone()
    if row is None:
        return None
    person: UUID = row[0]
    key = _opened_key(connection, ring, f"person:{person}")
    family_name = unseal(key, row[1], place(person, "family_name")).decode()
    birth_date = date.fromisoformat(unseal(key, row[2], place(person, "birth_date")).decode())
    if (family_name.casefold(), birth_date) != (patient.family_name.casefold(), patient.birth_date):
        raise Refused(
            "identity-conflict",
            "patient",
            "This NHS number is on record with another family name or date of birth.",
            "Check the number with the patient; correct the wrong record before referring.",
        )
    return person


def look_up(
    engine: Engine, person: UUID, *, actor: Actor, reason: str, now: datetime
) -> PatientIdentity:
    """Who a person is; that somebody looked, and why, is kept in the same transaction.

    Raises Refused `person-unknown`, `identity-erased` or `identity-altered`.
    """
    with identities(engine) as connection:
        found: Any = connection.execute(
            f"SELECT {', '.join(VALUES)} FROM identity.person WHERE id = %s".encode(),  # noqa: S608
            (person,),
        ).fetchone()
        if found is None:
            raise Refused("person-unknown", "person", "No such person.", "Check the id.")
        key = _opened_key(connection, keys(), f"person:{person}")
        connection.execute(
            "INSERT INTO identity.access (id, person_id, actor, role, reason, looked_at)"
            " VALUES (%s, %s, %s, %s, %s, %s)",
            (uuid4(), person, actor.id, actor.role.value, reason, now),
        )
    named = zip(VALUES, found, strict=True)
    values: Any = {name: unseal(key, one, place(person, name)).decode() for name, one in named}
    return PatientIdentity(**values)


def keep_received(
    engine: Engine, content: bytes, *, filename: str, sender: str, now: datetime
) -> bytes:
    """Keep a received file byte for byte, once and sealed; returns its SHA-256."""
    digest, ring, key = sha256(content).digest(), keys(), new_key()
    subject = f"file:{digest.hex()}"
    name = seal(key, filename.encode(), _file_place(digest, "filename"))
    sealed = seal(key, content, _file_place(digest, "content"))
    with identities(engine) as connection:
        row = (digest, name, sealed, sha256(sealed).digest(), now, sender)
        if connection.execute(KEEP_FILE, row).rowcount == 1:
            connection.execute(KEEP_KEY, (subject, wrapped_key(ring, key, subject), now))
    return digest


def read_received(engine: Engine, digest: bytes) -> tuple[str, bytes]:
    """Name and content of a received file. Raises Refused `identity-erased` or `-altered`."""
    with identities(engine) as connection:
        row: Any = connection.execute(
            "SELECT filename, content FROM identity.received WHERE sha256 = %s", (digest,)
        ).fetchone()
        key = _opened_key(connection, keys(), f"file:{digest.hex()}")
    name = unseal(key, row[0], _file_place(digest, "filename")).decode()
    return name, unseal(key, row[1], _file_place(digest, "content"))
