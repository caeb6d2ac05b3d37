"""Anchors themselves: what they are, what they cost, and that nobody alters or loses one unseen."""

import json
import os
import stat
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from atmpflow.errors import Refused
from models.anchor import Loss
from models.chain import canonical
from models.invariants.tree import Leaves
from models.merkle import Tree
from tasks import clock
from tasks.anchors import where
from tasks.anchors.due import due
from tasks.anchors.key import signer
from tasks.anchors.make import Made, make_anchor
from tasks.anchors.places import Signed
from tasks.verify import verified
from tests.conftest import Database
from tests.factories import finished, journey_at, opened, present, step

NOW = timedelta()


def anchored(database: Database, why: str = "asked") -> Made:
    return make_anchor(database.app, why, grace=NOW)


def found(database: Database) -> list[str]:
    """What verify holds against the trail."""
    return [one.found for one in verified(database.app).violations if one.number == "17"]


def note(database: Database) -> str:
    """What verify says of the trail though nothing is wrong."""
    return next(one.not_yet for one in verified(database.app).checked if one.number == "17")


def files(place: Path) -> list[Path]:
    return sorted(place.rglob("*.anchor"))


# The hashes of RFC 6962 for these leaves, as Google's certificate-transparency project lists them.
LEAVES = [
    bytes.fromhex(one)
    for one in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657",
                "606162636465666768696a6b6c6d6e6f")
]  # fmt: skip
ROOTS = {
    0: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    5: "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
}


@pytest.mark.parametrize("size", ROOTS)
def test_roots_are_those_of_the_published_vectors(size: int) -> None:
    tree, leaves = Tree(), Leaves()
    tree.update(dict(enumerate(LEAVES[:size])))
    for place, leaf in enumerate(LEAVES[:size]):
        leaves.put(place, leaf)
    assert tree.root.hex() == leaves.root().hex() == ROOTS[size]


@given(st.lists(st.dictionaries(st.integers(0, 20), st.binary(max_size=4), max_size=6), max_size=6))
def test_both_trees_agree_however_leaves_are_added_and_changed(
    rounds: list[dict[int, bytes]],
) -> None:
    tree, leaves, size = Tree(), Leaves(), 0
    for changes in rounds:
        wanted: dict[int, bytes] = {}
        for place in sorted(changes):
            wanted[min(place, size)] = changes[place]
            size = max(size, min(place, size) + 1)
        tree.update(wanted)
        for place in sorted(wanted):
            leaves.put(place, wanted[place])
        assert tree.root == leaves.root()


def test_an_anchor_is_signed_kept_twice_and_names_the_one_before(own_database: Database) -> None:
    opened(own_database.app)
    first, second = anchored(own_database), anchored(own_database, "release")
    one, other = (files(place) for place in own_database.anchors)
    assert [file.read_bytes() for file in one] == [file.read_bytes() for file in other]
    says = [json.loads(file.read_bytes().split(b"\n")[0]) for file in one]
    assert says[1]["previous"] == sha256(one[0].read_bytes().split(b"\n")[0]).hexdigest()
    heads = [json.loads(file.read_bytes().split(b"\n")[2])["heads"] for file in one]
    assert [(says[n]["number"], says[n]["why"], len(heads[n])) for n in (0, 1)] == [
        (1, "asked", 1),
        (2, "release", 0),
    ]
    assert (first.root, second.heads) == (second.root, 0)
    assert stat.S_IMODE(one[0].stat().st_mode) == 0o444
    assert stat.S_IMODE(where.key_file().stat().st_mode) == 0o400
    assert found(own_database) == []


def test_only_what_changed_is_written_until_all_is_written_again(own_database: Database) -> None:
    app = own_database.app
    opened(app)
    facts = present(app, opened(app))
    sizes = [anchored(own_database).heads]
    for _ in range(3):
        facts = step(app, facts)
        sizes.append(anchored(own_database).heads)
    assert sizes == [2, 1, 1, 2], "twice as many heads as journeys were written, so all are again"
    assert found(own_database) == []


def _flip(file: Path) -> None:
    file.chmod(0o644)
    content = file.read_bytes()
    file.write_bytes(content.replace(b'"journeys":1', b'"journeys":2', 1))


def _other_head(file: Path) -> None:
    """Let the line of the heads, which is not itself signed, name another hash."""
    file.chmod(0o644)
    said, seal, heads, _ = file.read_bytes().split(b"\n")
    (journey, version, _hash), *others = json.loads(heads)["heads"]
    listed = {"heads": [[journey, version, "00" * 32], *others]}
    file.write_bytes(b"\n".join([said, seal, json.dumps(listed).encode(), b""]))


@dataclass(frozen=True)
class Harm:
    """Something done to the files of the anchors, and what verify says then."""

    do: Callable[[list[Path], list[Path]], object]
    says: str


HARMS = {
    "an anchor is altered in one place": Harm(lambda a, b: _flip(a[1]), "not the same in every"),
    "an anchor is altered in both": Harm(
        lambda a, b: [_flip(a[1]), _flip(b[1])], "nowhere with a signature that stands"
    ),
    "the heads are altered in both": Harm(
        lambda a, b: [_other_head(a[0]), _other_head(b[0])], "nowhere with a signature that stands"
    ),
    "a place has an older copy": Harm(
        lambda a, b: b[2].unlink(), "keeps an older copy: it ends with anchor 2 of 3"
    ),
    "a place has nothing": Harm(
        lambda a, b: [one.unlink() for one in b], "keeps an older copy: it ends with none of 3"
    ),
    "one is missing in one place": Harm(lambda a, b: a[0].unlink(), "lacks 1 anchor(s), the first"),
    "one is missing everywhere": Harm(
        lambda a, b: [a[1].unlink(), b[1].unlink()], "anchor 2 is missing in every place"
    ),
    "two changed places": Harm(
        lambda a, b: [(one[0].replace(one[0].with_suffix(".x")), one[1].replace(one[0]),
                       one[0].with_suffix(".x").replace(one[1])) for one in (a, b)],
        "it was made as another one",
    ),
    "the key is another": Harm(
        lambda a, b: where.key_file().with_suffix(".pub").write_text("00" * 32 + " x\n"),
        "nowhere with a signature that stands",
    ),
}  # fmt: skip


@pytest.mark.parametrize("harm", HARMS)
def test_what_is_done_to_anchors_is_named(own_database: Database, harm: str) -> None:
    opened(own_database.app)
    for _ in range(3):
        anchored(own_database)
    one, other = (files(place) for place in own_database.anchors)
    HARMS[harm].do(one, other)
    assert any(HARMS[harm].says in what for what in found(own_database)), found(own_database)


def test_anchors_of_the_first_format_still_count_and_are_built_upon(own_database: Database) -> None:
    """They listed their heads in the signed line itself."""
    opened(own_database.app)
    anchored(own_database)
    for place in own_database.anchors:
        as_format_1(files(place)[0])
    opened(own_database.app)
    assert anchored(own_database).journeys == 2
    assert found(own_database) == []


def as_format_1(file: Path) -> None:
    """Write an anchor as earlier versions did."""
    said, _, heads, _ = file.read_bytes().split(b"\n")
    whole = canonical({**json.loads(said), **json.loads(heads), "format": 1})
    key = signer(where.key_file(), clock.wall())
    file.chmod(0o644)
    file.write_bytes(Signed(whole, key.public, key.sign(whole)).text)


def test_without_an_anchor_verify_says_what_it_cannot_find(own_database: Database) -> None:
    assert "no anchor was made" in note(own_database)
    anchored(own_database)
    assert note(own_database).startswith("what came after anchor 1 of ")


def test_no_anchor_is_made_over_a_record_that_lost_something(own_database: Database) -> None:
    facts = journey_at(own_database.app, "record-consent")
    anchored(own_database)
    with psycopg.connect(own_database.administrator) as connection:
        connection.execute("SET session_replication_role = 'replica'")
        connection.execute("UPDATE journey SET version = version - 1")
    with pytest.raises(Refused) as refused:
        anchored(own_database)
    assert refused.value.code == "anchor-contradicted"
    assert str(facts.journey) not in refused.value.message
    make_anchor(own_database.app, "loss", loss=Loss("qa-1", "CAPA-7"), grace=NOW)
    assert "lost as qa-1 accepted under CAPA-7" in note(own_database)


def test_an_anchor_that_was_altered_is_not_built_upon(own_database: Database) -> None:
    opened(own_database.app)
    anchored(own_database)
    for place in own_database.anchors:
        _flip(files(place)[0])
    with pytest.raises(Refused) as refused:
        anchored(own_database)
    assert refused.value.code == "anchor-forged"


def test_a_place_that_was_away_gets_what_it_lacks(own_database: Database) -> None:
    anchored(own_database)
    _, away = own_database.anchors
    folder = files(away)[0].parent
    folder.rename(folder.with_suffix(".aside"))
    folder.write_text("no folder: nothing can be kept here")
    made = anchored(own_database)
    assert (made.failed, len(made.kept)) == ((away,), 1)
    folder.unlink()
    folder.with_suffix(".aside").rename(folder)
    assert any("older copy" in what for what in found(own_database))
    assert anchored(own_database).behind == (away,)
    assert found(own_database) == []


def test_with_no_place_left_nothing_is_called_an_anchor(
    own_database: Database, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv(where.FOLDERS, os.pathsep.join([str(tmp_path / "file")] * 2))
    with pytest.raises(Refused) as refused:
        anchored(own_database)
    assert refused.value.code == "anchor-not-kept"


def test_a_release_is_anchored_once_and_so_is_the_first_hour(own_database: Database) -> None:
    app = own_database.app
    assert due(app) == "first"
    make_anchor(app, "first")
    assert due(app) == ""
    journey_at(app, "book-courier", "hemgenix")
    assert due(app) == "release"
    make_anchor(app, "release")
    assert due(app) == ""


def test_a_key_that_was_replaced_leaves_what_it_signed(own_database: Database) -> None:
    anchored(own_database)
    where.key_file().unlink()
    anchored(own_database)
    assert found(own_database) == []
    finished(own_database.app, "zolgensma")
    assert anchored(own_database).number == 3
