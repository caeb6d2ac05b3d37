"""Passports: what is in one, that it can be checked by itself, and what is refused."""

# ruff: noqa: S608 - statements of the tests' own

import ast
import json
import sys
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from time import perf_counter
from typing import TypeVar

import psycopg
import pypdfium2
import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st

from atmpflow.errors import Refused
from desk.papers.passport import paper
from models.merkle import Tree, led_to
from tasks.anchors.make import make_anchor
from tasks.passport.check import Trust, check_passport, entries
from tasks.passport.make import make_passport
from tests.conftest import Database, serving
from tests.factories import journey_at, opened
from tests.passport import script
from tests.passport.conftest import CANARIES, NOW, Issued
from tests.tampering.test_anchors import as_format_1, files

T = TypeVar("T")


def test_it_holds_by_both_verifiers_and_says_what_no_anchor_holds(
    issued: Issued, tmp_path: Path
) -> None:
    made, says = issued.passport, issued.passport.says
    file = tmp_path / "one.json"
    file.write_bytes(made.content)
    found = check_passport(made.content, issued.trust)
    assert (found.against, found.digest) == ([], made.digest)
    held, version = says["anchor"]["version"], says["journey"]["version"]
    assert any(f"holds events 1 to {held}." in note for note in found.notes)
    assert any(f"No anchor holds events {held + 1} to {version}" in note for note in found.notes)
    assert script.run(file, *issued.key_files) == (0, f"It holds.\nSHA-256 {made.digest}\n")


def test_the_whole_record_is_in_it(issued: Issued) -> None:
    says = issued.passport.says
    events = entries(says)
    assert [one["seq"] for one in events] == list(range(1, says["journey"]["version"] + 1))
    commands = {one["id"] for one in says["commands"] if one["outcome"] == "accepted"}
    assert {one["command_id"] for one in events} <= commands
    assert {"units", "custody", "shipments", "files", "consents", "batches", "slots"} <= {
        name for name, rows in says.items() if rows
    }
    assert all(len(one["sha256"]) == 64 for one in says["files"])
    assert says["product"]["storage"]["source"]
    assert says["verification"]["replay"] == []


def test_it_is_json_and_the_same_record_gives_the_same_passport(issued: Issued) -> None:
    whole = json.loads(issued.passport.content)
    assert whole["passport"] == issued.passport.says
    with serving(issued.database):
        again = make_passport(issued.database.app, whole["passport"]["journey"]["id"])
    first, second = ({**one.says, "made": None} for one in (issued.passport, again))
    assert first == second


def test_neither_file_nor_paper_tells_who_the_patient_is(issued: Issued) -> None:
    text = issued.passport.content.decode()
    document = pypdfium2.PdfDocument(paper(issued.passport))
    printed = "".join(page.get_textpage().get_text_range() for page in document)
    assert "Kymriah" in printed
    for planted in (*CANARIES.values(), issued.nhs_number):
        assert planted not in text
        assert planted not in printed
    others = text.count(issued.passport.says["journey"]["id"])
    assert others > 0
    assert "heads" in text
    assert '"heads":[' not in text, "the anchor lists other journeys"


def test_the_symbol_on_the_paper_holds_the_digest_of_the_file(issued: Issued) -> None:
    page = pypdfium2.PdfDocument(BytesIO(paper(issued.passport)))[0]
    symbols = zxingcpp.read_barcodes(page.render(scale=3).to_pil())
    assert len(symbols) == 1
    assert f"SHA-256 {issued.passport.digest}" in symbols[0].text
    assert issued.passport.says["journey"]["coi"] in symbols[0].text


def test_it_is_made_and_checked_quickly(
    issued: Issued, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    journey, file = issued.passport.says["journey"], tmp_path / "one.json"
    with serving(issued.database):
        made, making = _timed(lambda: make_passport(issued.database.app, journey["id"]))
    _, printing = _timed(lambda: paper(made))
    file.write_bytes(made.content)
    found, checking = _timed(lambda: check_passport(made.content, issued.trust))
    ran, running = _timed(lambda: script.run(file, *issued.key_files))
    assert (found.holds, ran[0]) == (True, 0)
    assert making + printing < 20
    assert checking + running < 10
    record_property(
        "said",
        f"{journey['version']} events, {len(made.content) / 1000:.0f} kB: made in {making:.2f} s,"
        f" printed in {printing:.2f} s; checked in {checking:.3f} s, by the script in"
        f" {running:.2f} s",
    )


def _timed(do: Callable[[], T]) -> tuple[T, float]:
    before = perf_counter()
    return do(), perf_counter() - before


def test_without_a_key_of_ones_own_nothing_is_proven(issued: Issued, tmp_path: Path) -> None:
    file = tmp_path / "one.json"
    file.write_bytes(issued.passport.content)
    (against,) = check_passport(issued.passport.content, Trust()).against
    assert "Nobody you know signed it" in against
    code, said = script.run(file)
    assert (code, said.splitlines()[1]) == (5, "you named no key to trust")


def test_the_keys_are_not_taken_for_one_another(issued: Issued, tmp_path: Path) -> None:
    file = tmp_path / "one.json"
    file.write_bytes(issued.passport.content)
    passports, anchors = issued.key_files
    swapped = Trust(issued.trust.anchors, issued.trust.passports)
    assert len(check_passport(issued.passport.content, swapped).against) == 2
    assert script.run(file, anchors, passports)[0] == 5
    assert script.run(file, passports)[0] == 0


def test_the_script_is_short_and_needs_nothing_but_python() -> None:
    text = script.SCRIPT.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 100
    nodes = list(ast.walk(ast.parse(text)))
    named = {one.name for node in nodes if isinstance(node, ast.Import) for one in node.names}
    named |= {str(node.module) for node in nodes if isinstance(node, ast.ImportFrom)}
    assert named <= sys.stdlib_module_names


# RFC 8032, 7.1: key, message, signature; the last is TEST SHA(abc).
VECTORS = [
    ("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
     "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b4"
     "6bd25bf5f0595bbe24655141438e7a100b"),
    ("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
     "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d"
     "8c387b2eaeb4302aeeb00d291612bb0c00"),
    ("fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
     "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6"
     "594a7c15e9716ed28dc027beceea1ec40a"),
    ("ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
     "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feeb"
     "bd454d4423643ce80e2a9ac94fa54ca49f",
     "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0"
     "303dca179c138ac17ad9bef1177331a704"),
]  # fmt: skip


@pytest.mark.parametrize(("key", "message", "signature"), VECTORS)
def test_the_script_checks_signatures_as_the_published_vectors_ask(
    key: str, message: str, signature: str
) -> None:
    signed, said = script.parts()["signed"], bytes.fromhex(message)
    assert signed(key, signature, said)
    assert not signed(key, signature, said + b"x")
    last = f"{int(signature[-1], 16) ^ 1:x}"
    assert not signed(key, signature[:-1] + last, said)


@given(st.integers(1, 40), st.data())
def test_a_path_leads_from_every_leaf_to_the_root_and_from_no_other_place(
    size: int, data: st.DataObject
) -> None:
    leaves = [bytes([number]) for number in range(size)]
    tree = Tree()
    tree.update(dict(enumerate(leaves)))
    place = data.draw(st.integers(0, size - 1))
    other = data.draw(st.integers(-1, size))
    path = tree.path(place)
    node = script.parts()["sha256"](b"\0" + leaves[place]).digest()
    written = [one.hex() for one in path]
    assert led_to(leaves[place], place, size, path) == tree.root
    assert script.parts()["root"](node, place, size - 1, written) == tree.root.hex()
    if other != place:
        assert led_to(leaves[place], other, size, path) != tree.root
        assert script.parts()["root"](node, other, size - 1, written) != tree.root.hex()


def _change(database: Database, statement: str) -> None:
    with psycopg.connect(database.administrator) as connection:
        connection.execute("SET session_replication_role = 'replica'")
        connection.execute("ALTER TABLE ledger DISABLE TRIGGER ALL")
        connection.execute(statement.encode())


def test_nothing_is_handed_on_of_a_record_that_is_not_whole(own_database: Database) -> None:
    facts = journey_at(own_database.app, "record-consent")
    make_anchor(own_database.app, "asked", grace=NOW)
    _change(own_database, "UPDATE ledger SET actor = 'somebody' WHERE seq = 2")
    with pytest.raises(Refused) as refused:
        make_passport(own_database.app, facts.journey)
    assert refused.value.code == "record-broken"


def test_nothing_is_handed_on_that_contradicts_an_anchor(own_database: Database) -> None:
    facts = journey_at(own_database.app, "record-consent")
    make_anchor(own_database.app, "asked", grace=NOW)
    _change(own_database, f"DELETE FROM ledger WHERE seq = {facts.version}")
    _change(
        own_database,
        "UPDATE journey j SET version = l.seq, head = l.hash FROM ledger l"
        f" WHERE l.journey_id = j.id AND l.seq = {facts.version - 1}",
    )
    with pytest.raises(Refused) as refused:
        make_passport(own_database.app, facts.journey)
    assert refused.value.code == "anchor-contradicted"


def test_a_referral_that_was_numbered_by_the_patient_is_not_handed_on(
    own_database: Database,
) -> None:
    journey = opened(own_database.app, source_reference="for 999 000 0018, urgent")
    with pytest.raises(Refused) as refused:
        make_passport(own_database.app, journey)
    assert refused.value.code == "reference-identifies"
    assert "999" not in str(refused.value)


def test_before_there_is_an_anchor_the_passport_says_so(own_database: Database) -> None:
    made = make_passport(own_database.app, opened(own_database.app))
    assert made.says["anchor"] is None
    notes = check_passport(made.content, Trust()).notes
    assert any("No anchor holds this journey yet" in note for note in notes)


def test_an_anchor_that_lists_other_journeys_is_not_handed_on(own_database: Database) -> None:
    journey = opened(own_database.app)
    make_anchor(own_database.app, "asked", grace=NOW)
    for place in own_database.anchors:
        as_format_1(files(place)[0])
    with pytest.raises(Refused) as refused:
        make_passport(own_database.app, journey)
    assert refused.value.code == "anchor-lists-others"
