"""Journeys in which signatures are demanded: the simulated site signs through the same door."""

from typing import Any

import pytest

from tests.conftest import Database
from tests.factories import finished
from tests.invariants import stories
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


DECIDED = (
    "SELECT u.matter, u.meaning, u.account FROM signature_use u WHERE u.journey_id = %s"
    " AND (u.matter LIKE %s OR u.matter LIKE 'batch:%%') ORDER BY u.version, u.meaning DESC"
)


def test_a_deviation_is_accepted_by_two_people_with_a_signature_each(signing: Database):
    journey = stories.excursion_accepted(signing.app).journey

    rows = select(signing.app, DECIDED, journey, "decide-deviation:%")
    meanings = [(row[1], row[2]) for row in rows if row[0].startswith("decide-deviation:")]
    assert meanings == [
        ("reviewed", "simulated-atmp-pharmacist-1"),
        ("approved", "simulated-qualified-person-1"),
    ]


def test_out_of_specification_three_people_sign_for_one_batch(signing: Database):
    journey = stories.out_of_specification_given(signing.app).journey

    rows = select(signing.app, DECIDED, journey, "batch:%")
    assert [row[1] for row in rows] == ["authored", "responsible", "certified"]
    assert len({row[0] for row in rows}) == 1, "one matter"
    assert len({row[2] for row in rows}) == 3, "three people"
