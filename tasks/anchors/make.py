"""Making an anchor: read what the last one holds, look at the record, sign, keep in every place."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from uuid import UUID

from sqlalchemy import Engine

from atmpflow.errors import Refused
from models.anchor import (
    GRACE,
    Composed,
    Loss,
    Occasion,
    Past,
    Standing,
    compose,
    read_heads,
)
from models.chain import canonical
from models.database import Connection, transaction
from models.installation import ensure_installation
from tasks import clock
from tasks.anchors import where
from tasks.anchors.alone import alone
from tasks.anchors.key import Signer, signed_by, signer, trusted
from tasks.anchors.places import Place, Signed, signed


@dataclass(frozen=True, slots=True)
class Made:
    """A new anchor, where it is kept, and the places that could not keep it."""

    number: int
    root: str
    journeys: int
    heads: int
    kept: tuple[Path, ...]
    failed: tuple[Path, ...]
    behind: tuple[Path, ...]
    """Places that lacked earlier anchors and were given them."""


def make_anchor(
    engine: Engine, why: str, *, loss: Loss | None = None, grace: timedelta = GRACE
) -> Made:
    """Anchor the record as it is now.

    Raises Refused `anchor-contradicted`, `anchor-forged`, `anchor-not-kept` when no place could
    keep it, or `anchor-key-unreadable`.
    """
    now = clock.wall()
    key = signer(where.key_file(), now)
    with alone(engine):
        installation = _installation(engine)
        places = [Place(folder, installation) for folder in where.folders()]
        past = read_past(places)
        occasion = Occasion(installation, now, why, loss, grace)
        with transaction(engine) as connection:
            composed = _looked(connection, past, occasion)
        return _kept(places, _sign(composed, key), composed)


def _installation(engine: Engine) -> UUID:
    with transaction(engine) as connection:
        return ensure_installation(connection)


def _looked(connection: Connection, past: Past, occasion: Occasion) -> Composed:
    connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
    connection.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
    return compose(connection, past, occasion)


def _sign(composed: Composed, key: Signer) -> Signed:
    text = canonical(composed.says)
    return Signed(text, key.public, key.sign(text), composed.heads)


def fullest(places: Sequence[Place]) -> Place:
    """The place that has the newest anchor."""
    return max(places, key=lambda place: max(place.numbers(), default=0))


def read_past(places: Sequence[Place]) -> Past:
    """What the newest anchor holds, read from the newest whole one on.

    Raises Refused `anchor-forged` where one is missing, altered or by no key of ours.
    """
    place = fullest(places)
    number = max(place.numbers(), default=0)
    if not number:
        return Past()
    newest = read_anchor(place, number).says()
    standing, digest = Standing(), b""
    for one in range(newest["whole"], number + 1):
        anchor = read_anchor(place, one)
        said = anchor.says()
        if digest and said["previous"] != digest.hex():
            raise _forged(one, place.folder)
        standing.take(read_heads(anchor.listed()))
        digest = sha256(anchor.content).digest()
    until = datetime.fromisoformat(newest["until"])
    return Past(number, digest, newest["whole"], until, standing)


def read_anchor(place: Place, number: int) -> Signed:
    """An anchor whose signature stands. Raises Refused `anchor-forged`."""
    try:
        found = signed(place[number])
    except (KeyError, ValueError):
        raise _forged(number, place.folder) from None
    known = found.public in trusted(where.key_file())
    if not (known and signed_by(found.public, found.signature, found.content)):
        raise _forged(number, place.folder)
    return found


def _forged(number: int, folder: Path) -> Refused:
    return Refused(
        "anchor-forged",
        "",
        f"Anchor {number} in {folder} is missing, was altered, or is signed by another key.",
        "Run `atmpflow verify`; put the file back from another place that keeps anchors.",
    )


def _kept(places: Sequence[Place], anchor: Signed, composed: Composed) -> Made:
    number, source = composed.says["number"], fullest(places)
    kept: list[Path] = []
    failed: list[Path] = []
    behind: list[Path] = []
    for place in places:
        try:
            if _caught_up(place, source, number):
                behind.append(place.folder)
            place.write(number, anchor.text)
            kept.append(place.folder)
        except OSError:
            failed.append(place.folder)
    if not kept:
        raise Refused(
            "anchor-not-kept",
            "anchor_dirs",
            "No place could keep the anchor.",
            "Make one of the folders in ATMPFLOW_ANCHOR_DIRS writable.",
        )
    says = composed.says
    paths = (tuple(kept), tuple(failed), tuple(behind))
    return Made(number, says["root"], says["journeys"], composed.count, *paths)


def _caught_up(place: Place, source: Place, number: int) -> bool:
    """Give a place what it lacks at its end; a gap before that is left to `verify`."""
    newest = max(place.numbers(), default=0)
    lacking = range(newest + 1, number)
    for one in lacking:
        place.write(one, source[one])
    return bool(lacking)
