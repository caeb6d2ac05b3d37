"""Journeys in which signatures are demanded: the simulated site signs through the same door."""

from typing import Any

import pytest

from tests.conftest import Database
from tests.factories import finished
from tests.models.rows import select

SIGNED = (
    "SELECT s.meaning, s.account, s.role, s.printed_name, s.version, u.command_id, l.name,"
    " l.previous = s.hash FROM signature s JOIN signature_use u ON u.signature_id = s.id"
    " JOIN ledger l ON l.command_id = u.command_id AND l.seq = u.version + 1"
    " WHERE u.journey_id = %s ORDER BY s.version"
)


@pytest.mark.parametrize("product", ["kymriah", "holoclar"])
def test_a_whole_journey_is_signed_where_a_regulation_says_so(signing: Database, product: str):
    facts = finished(signing.app, product)

    rows: list[Any] = select(signing.app, SIGNED, facts.journey)
    assert [(row[0], row[6]) for row in rows] == [
        ("certified", "batch.certified"),
        ("released", "product.accepted"),
    ]
    assert all(row[3] and row[7] for row in rows), "a printed name, and the hash that was signed"
