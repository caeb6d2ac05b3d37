"""Whatever is done to a passport, both verifiers refuse it, and never one without the other."""

import json
from collections.abc import Callable
from copy import deepcopy
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from models.chain import canonical
from tasks.passport.check import SIGNED, Trust, check_passport, written
from tests.passport import script
from tests.passport.conftest import Issued

Says = dict[str, Any]
Edit = Callable[[Says, int], None]

STRANGER = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))


@pytest.fixture(scope="module")
def owner(issued: Issued) -> Ed25519PrivateKey:
    """The installation's own key, in the hands of somebody who means ill."""
    return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(issued.key_file.read_text()))


def signed_anew(says: Says, key: Ed25519PrivateKey) -> bytes:
    """A passport of these words, whoever's key it is."""
    text = canonical(says)
    return written(text, key.public_key().public_bytes_raw(), key.sign(SIGNED + text))


def verdict(issued: Issued, content: bytes, folder: Path) -> bool:
    """Does it hold? Both verifiers are asked, and must agree."""
    file = folder / "tampered.json"
    file.write_bytes(content)
    ours = check_passport(content, issued.trust).holds
    assert script.exit_code(file, *issued.key_files) == (0 if ours else 5)
    only_passports = Trust(issued.trust.passports)
    theirs = script.exit_code(file, issued.key_files[0])
    assert theirs == (0 if check_passport(content, only_passports).holds else 5)
    return ours


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("tampered")


@given(data=st.data())
def test_every_changed_byte_is_refused(issued: Issued, folder: Path, data: st.DataObject) -> None:
    content = bytearray(issued.passport.content)
    place = data.draw(st.integers(0, len(content) - 1))
    how = data.draw(st.sampled_from(["flip", "drop", "double", "cut", "blank"]))
    if how == "flip":
        content[place] ^= 1 << data.draw(st.integers(0, 7))
    elif how == "drop":
        del content[place]
    elif how == "double":
        content[place:place] = content[place : place + 1]
    elif how == "cut":
        del content[place:]
    else:
        content[place:place] = b" "
    if bytes(content) != issued.passport.content:
        assert not verdict(issued, bytes(content), folder)


def _reseal(says: Says) -> None:
    """Compute the chain anew, as somebody who knows how it is made."""
    before = "00" * 32
    for event in says["events"]:
        event["previous"] = before
        digest = sha256(bytes.fromhex(before) + event["sealed"].encode())
        before = event["hash"] = digest.hexdigest()
    says["journey"].update(version=len(says["events"]), head=before)


def _edit_entry(says: Says, number: int, **fields: Any) -> None:
    event = says["events"][number % len(says["events"])]
    event["sealed"] = canonical({**json.loads(event["sealed"]), **fields}).decode()


def _another_actor(says: Says, number: int) -> None:
    _edit_entry(says, number, actor="somebody-else")


def _another_time(says: Says, number: int) -> None:
    _edit_entry(says, number, occurred_at="2020-01-01T00:00:00.000000Z")


def _another_content(says: Says, number: int) -> None:
    _edit_entry(says, number, payload={"planted": 1})


def _gone(says: Says, number: int) -> None:
    del says["events"][number % len(says["events"])]


def _swapped(says: Says, number: int) -> None:
    events = says["events"]
    one = number % (len(events) - 1)
    events[one], events[one + 1] = events[one + 1], events[one]


def _twice(says: Says, number: int) -> None:
    one = number % len(says["events"])
    says["events"].insert(one, deepcopy(says["events"][one]))


def _cut_short(says: Says, number: int) -> None:
    """Up to before what the anchor holds."""
    says["events"] = says["events"][: 1 + number % (says["anchor"]["version"] - 1)]


EVENTS: list[Edit] = [
    _another_actor,
    _another_time,
    _another_content,
    _gone,
    _swapped,
    _twice,
    _cut_short,
]


@given(edit=st.sampled_from(EVENTS), number=st.integers(0, 200), reseal=st.booleans())
def test_events_that_an_anchor_holds_cannot_be_changed_even_with_the_key_of_passports(
    issued: Issued, owner: Ed25519PrivateKey, folder: Path, *, edit: Edit, number: int, reseal: bool
) -> None:
    says = deepcopy(issued.passport.says)
    edit(says, number % (says["anchor"]["version"] - 1))
    if reseal:
        _reseal(says)
    assert not verdict(issued, signed_anew(says, owner), folder)


@given(number=st.integers(0, 10_000), data=st.data())
def test_whatever_a_stranger_changes_and_signs_is_refused(
    issued: Issued, folder: Path, *, number: int, data: st.DataObject
) -> None:
    says = deepcopy(issued.passport.says)
    part = data.draw(st.sampled_from(sorted(says)))
    edit = data.draw(st.sampled_from([*EVENTS, None]))
    if edit:
        edit(says, number)
        _reseal(says)
    else:
        says[part] = data.draw(st.sampled_from([None, [], {}, "x", 7]))
    assert not verdict(issued, signed_anew(says, STRANGER), folder)


@given(data=st.data())
def test_both_verifiers_agree_on_whatever_the_owner_of_the_key_might_sign(
    issued: Issued, owner: Ed25519PrivateKey, folder: Path, data: st.DataObject
) -> None:
    """Any value anywhere, also where it makes no sense: never a crash, never two opinions."""
    says: Any = deepcopy(issued.passport.says)
    place, key = says, data.draw(st.sampled_from(sorted(says)))
    while isinstance(place[key], dict | list) and place[key] and data.draw(st.booleans()):
        place = place[key]
        keys = sorted(place) if isinstance(place, dict) else range(len(place))
        key = data.draw(st.sampled_from(keys))
    odd = st.sampled_from([None, True, 0, -1, 2, 1.5, "", "00" * 32, [], {}, [[]], 10**15])
    place[key] = data.draw(odd)
    verdict(issued, signed_anew(says, owner), folder)


def test_what_comes_after_the_anchor_rests_on_the_signature(
    issued: Issued, owner: Ed25519PrivateKey, folder: Path
) -> None:
    """The limit that the page names: the key of passports can cut what no anchor holds yet."""
    says = deepcopy(issued.passport.says)
    del says["events"][says["anchor"]["version"] :]
    assert not verdict(issued, signed_anew(says, owner), folder), "the head counts them"
    _reseal(says)
    assert verdict(issued, signed_anew(says, owner), folder)
    assert not verdict(issued, signed_anew(says, STRANGER), folder)


ANCHOR: dict[str, Edit] = {
    "another place": lambda says, n: says["anchor"].update(place=says["anchor"]["place"] + 1),
    "another path": lambda says, n: says["anchor"]["path"].reverse(),
    "a path too short": lambda says, n: says["anchor"]["path"].pop(),
    "another version": lambda says, n: says["anchor"].update(version=3),
    "another root": lambda says, n: _edit_line(says, root="00" * 32),
    "another time": lambda says, n: _edit_line(says, at="2020-01-01T00:00:00.000000Z"),
    "another key": lambda says, n: _forged(says, STRANGER),
}


def _edit_line(says: Says, **fields: Any) -> None:
    line = {**json.loads(says["anchor"]["line"]), **fields}
    says["anchor"]["line"] = canonical(line).decode()


def _forged(says: Says, key: Ed25519PrivateKey) -> None:
    line = says["anchor"]["line"].encode()
    public = key.public_key().public_bytes_raw().hex()
    says["anchor"].update(key=public, signature=key.sign(line).hex())


@pytest.mark.parametrize("edit", ANCHOR)
def test_an_anchor_that_was_changed_is_refused(
    issued: Issued, owner: Ed25519PrivateKey, folder: Path, edit: str
) -> None:
    says = deepcopy(issued.passport.says)
    ANCHOR[edit](says, 0)
    assert not verdict(issued, signed_anew(says, owner), folder)
