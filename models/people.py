"""Keeping identities: a person is known by an opaque id everywhere else."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Engine

from atmpflow.errors import Refused
from atmpflow.referral import PatientIdentity
from models.database import Connection, transaction

FIND = "SELECT id, family_name, birth_date FROM identity.person WHERE nhs_number = %s"

KEEP = """
INSERT INTO identity.person (id, nhs_number, family_name, given_name, birth_date, sex, recorded_at)
VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT (nhs_number) DO NOTHING
"""


def remember(engine: Engine, patient: PatientIdentity, now: datetime) -> UUID:
    """The opaque id of a patient, new or known.

    Raises Refused `identity-conflict` when the NHS number is on record with another family name
    or birth date: one of the two is wrong, and guessing could join two patients.
    """
    with transaction(engine) as connection:
        connection.execute(
            KEEP,
            (
                uuid4(),
                patient.nhs_number,
                patient.family_name,
                patient.given_name,
                patient.birth_date,
                patient.sex,
                now,
            ),
        )
        return _agreeing(connection, patient)


def _agreeing(connection: Connection, patient: PatientIdentity) -> UUID:
    row: Any = connection.execute(FIND, (patient.nhs_number,)).fetchone()
    person, family_name, birth_date = row
    if (family_name.casefold(), birth_date) != (patient.family_name.casefold(), patient.birth_date):
        raise Refused(
            "identity-conflict",
            "patient",
            "This NHS number is on record with another family name or date of birth.",
            "Check the number with the patient; correct the wrong record before referring.",
        )
    return person


def keep_received(
    engine: Engine, content: bytes, *, filename: str, sender: str, now: datetime
) -> bytes:
    """Keep a received file byte for byte, once; returns its SHA-256."""
    with transaction(engine) as connection:
        row: Any = connection.execute(
            "WITH file AS (SELECT sha256(%(content)s::bytea) AS digest),"
            " kept AS (INSERT INTO identity.received"
            " (sha256, filename, content, received_at, received_from)"
            " SELECT digest, %(filename)s, %(content)s, %(now)s, %(sender)s FROM file"
            " ON CONFLICT (sha256) DO NOTHING)"
            " SELECT digest FROM file",
            {"content": content, "filename": filename, "now": now, "sender": sender},
        ).fetchone()
    return row[0]
