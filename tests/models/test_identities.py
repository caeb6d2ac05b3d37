"""Identities: sealed one by one, found blindly, looked up on the record, erased for good."""

# ruff: noqa: S608 - statements of the tests' own

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from psycopg import errors

from atmpflow.errors import Refused
from atmpflow.people import Actor, Role
from desk.prepare import check_key, ensure_key
from models import keys as key_files
from models.erasure import erase
from models.invariants.key import index_pads
from models.keys import KEY_FILE, keys, keys_from, make_key_file, new_key, seal, unseal
from models.people import keep_received, look_up, read_received, remember
from tests.conftest import Database
from tests.factories import finished, journey_at, patient
from tests.models.rows import execute, select

NOW = datetime(2026, 3, 1, tzinfo=UTC)
LATER = datetime(2095, 1, 1, tzinfo=UTC)
WHO = Actor("a-clinician", Role.PHYSICIAN)
OFFICER = Actor("an-officer", Role.COMPLIANCE)


def _look_up(database: Database, person: UUID) -> Any:
    return look_up(database.app, person, actor=WHO, reason="consent talk", now=NOW)


def _erase(database: Database, person: UUID, **more: Any) -> Any:
    values = {"actor": OFFICER, "reason": "request", "now": LATER, **more}
    return erase(database.app, person, **values)


def test_the_same_patient_has_the_same_id_and_nobody_else_has_it(database: Database):
    ada = patient(family_name="Canaryson")
    first = remember(database.app, ada, NOW)
    assert remember(database.app, ada.model_copy(update={"family_name": "CANARYSON"}), NOW) == first
    assert remember(database.app, patient(), NOW) != first
    assert _look_up(database, first) == ada


def test_no_value_of_a_patient_is_in_clear_in_any_table(database: Database):
    ada = patient(family_name="Canaryburrow", given_name="Canarytwig")
    remember(database.app, ada, NOW)
    keep_received(database.app, b"of Canaryburrow", filename="Canarytwig.json", sender="x", now=NOW)
    with psycopg.connect(database.owner_url.replace("+psycopg", "")) as owner:
        held = "".join(
            str(row[0])
            for table in ("person", "received", "sealing_key", "access")
            for row in owner.execute(f"SELECT t::text FROM identity.{table} t".encode())
        )
    for word in (ada.nhs_number, "Canaryburrow", "Canarytwig", ada.birth_date.isoformat()):
        assert word not in held
        assert word.encode().hex() not in held


@pytest.mark.parametrize(
    "query",
    [
        "SELECT family_name FROM identity.person",
        "SELECT wrapped FROM identity.sealing_key",
        "SELECT filename FROM identity.received",
        "UPDATE identity.person SET nhs_index = NULL",
        "INSERT INTO identity.key_check VALUES ('', now())",
    ],
)
def test_the_application_by_itself_reads_and_changes_no_identity(database: Database, query: str):
    with pytest.raises(errors.InsufficientPrivilege):
        execute(database.application, query)


def test_a_value_moved_to_another_patient_does_not_open(own_database: Database):
    one, two = (remember(own_database.app, patient(), NOW) for _ in range(2))
    with psycopg.connect(own_database.administrator) as connection:
        connection.execute("ALTER TABLE identity.person DISABLE TRIGGER ALL")
        connection.execute(
            "UPDATE identity.person p SET family_name = q.family_name FROM identity.person q"
            " WHERE p.id = %s AND q.id = %s",
            (one, two),
        )
    with pytest.raises(Refused) as refused:
        _look_up(own_database, one)
    assert refused.value.code == "identity-altered"
    assert _look_up(own_database, two)


def test_who_looked_and_why_is_on_record(database: Database):
    person = remember(database.app, patient(), NOW)
    _look_up(database, person)
    query = "SELECT actor, role, reason FROM identity.access WHERE person_id = %s"
    told = select(database.app, query, person)
    assert told == [("a-clinician", "treating-physician", "consent talk")]


def test_a_look_without_a_reason_is_refused_by_the_database(database: Database):
    person = remember(database.app, patient(), NOW)
    with pytest.raises(errors.CheckViolation):
        look_up(database.app, person, actor=WHO, reason=" ", now=NOW)


def test_nobody_who_is_not_on_record_is_found(database: Database):
    with pytest.raises(Refused) as refused:
        _look_up(database, uuid4())
    assert refused.value.code == "person-unknown"


def test_a_received_file_opens_to_its_own_bytes(database: Database):
    content = bytes(range(256)) * 3
    digest = keep_received(database.app, content, filename="a b.json", sender="x", now=NOW)
    assert read_received(database.app, digest) == ("a b.json", content)
    assert keep_received(database.app, content, filename="again", sender="y", now=NOW) == digest
    assert read_received(database.app, digest)[0] == "a b.json"


def _person_of(database: Database, journey: UUID) -> UUID:
    return select(database.app, "SELECT person_id FROM journey WHERE id = %s", journey)[0][0]


def test_an_erased_identity_is_gone_and_its_journey_is_whole(database: Database):
    facts = finished(database.app, "hemgenix")
    person = _person_of(database, facts.journey)
    _erase(database, person, reason="request 7")
    for again in (_look_up, _erase):
        with pytest.raises(Refused) as refused:
            again(database, person)
        assert refused.value.code == "identity-erased"
    ledger = "SELECT count(*) FROM ledger WHERE journey_id = %s"
    assert select(database.app, ledger, facts.journey) == [(facts.version,)]
    query = "SELECT destroyed_by, reason FROM identity.sealing_key WHERE subject = %s"
    assert select(database.app, query, f"person:{person}") == [("an-officer", "request 7")]


def test_the_patient_who_comes_again_after_erasure_is_a_new_person(database: Database):
    ada = patient()
    first = remember(database.app, ada, NOW)
    _erase(database, first)
    assert remember(database.app, ada, NOW) != first


def test_nobody_is_erased_while_a_journey_is_open(database: Database):
    person = _person_of(database, journey_at(database.app, "record-consent").journey)
    with pytest.raises(Refused) as refused:
        _erase(database, person, link_kept_by="R0A")
    assert refused.value.code == "journey-open"
    assert _look_up(database, person)


def test_a_treated_patient_is_erased_only_where_somebody_else_keeps_the_link(database: Database):
    person = _person_of(database, finished(database.app, "zolgensma").journey)
    with pytest.raises(Refused) as refused:
        _erase(database, person, now=NOW)
    assert refused.value.code == "traceability-duty"
    _erase(database, person, now=NOW, link_kept_by="R0A")
    query = "SELECT reason FROM identity.sealing_key WHERE subject = %s"
    told = select(database.app, query, f"person:{person}")
    assert told == [("request; link kept by R0A",)]


@pytest.mark.parametrize(
    "change",
    [
        r"wrapped = '\x00', destroyed_at = NULL, destroyed_by = NULL, reason = NULL",
        "reason = 'another'",
    ],
)
def test_not_even_the_owner_brings_an_erased_key_back(database: Database, change: str):
    person = remember(database.app, patient(), NOW)
    _erase(database, person)
    update = f"UPDATE identity.sealing_key SET {change} WHERE subject = 'person:{person}'"
    with pytest.raises(errors.RestrictViolation):
        execute(database.owner_url, update)


@pytest.fixture
def another_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """As if this installation had another key file, which is not there yet."""
    file = tmp_path / "keys" / "identity.key"
    monkeypatch.setenv(KEY_FILE, str(file))
    yield file
    key_files._read.cache_clear()


def test_a_missing_key_is_refused_and_never_made_anew_for_sealed_identities(
    database: Database, another_key: Path
):
    ensure_key(database.owner)
    assert not another_key.exists()
    with pytest.raises(Refused) as refused:
        remember(database.app, patient(), NOW)
    assert refused.value.code == "identity-key-missing"
    assert str(another_key) in refused.value.remedy


def test_another_key_is_refused(database: Database, another_key: Path):
    make_key_file(another_key)
    with pytest.raises(Refused) as refused:
        check_key(database.owner)
    assert refused.value.code == "identity-key-wrong"


def test_a_key_file_is_read_by_its_owner_only_and_never_overwritten(another_key: Path):
    assert make_key_file(another_key)
    before = another_key.read_text()
    assert another_key.stat().st_mode & 0o777 == 0o400
    assert not make_key_file(another_key)
    assert another_key.read_text() == before
    assert keys().fingerprint.hex() not in before


def test_the_checker_computes_the_same_index_without_the_engines_code():
    assert index_pads() == keys().pads


@given(st.binary(max_size=200), st.text(max_size=20), st.text(max_size=20))
def test_what_is_sealed_opens_at_its_place_and_nowhere_else(content: bytes, here: str, there: str):
    key = new_key()
    sealed = seal(key, content, here)
    assert unseal(key, sealed, here) == content
    with pytest.raises(Refused):
        unseal(new_key(), sealed, here)
    if here != there:
        with pytest.raises(Refused):
            unseal(key, sealed, there)


@given(st.binary(min_size=1, max_size=50), st.data())
def test_a_flipped_bit_is_found(content: bytes, data: st.DataObject):
    key = new_key()
    sealed = bytearray(seal(key, content, "place"))
    at = data.draw(st.integers(0, len(sealed) * 8 - 1))
    sealed[at // 8] ^= 1 << at % 8
    with pytest.raises(Refused) as refused:
        unseal(key, bytes(sealed), "place")
    assert refused.value.code == "identity-altered"


def test_keys_of_two_installations_have_nothing_in_common():
    one, two = keys_from(bytes(32)), keys_from(bytes(31) + b"\1")
    assert one.blind_index("9990000018") != two.blind_index("9990000018")
    assert len({one.wrapping, one.index, two.wrapping, two.index}) == 4
    assert one.index.hex() not in repr(one)
