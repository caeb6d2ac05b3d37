"""GS1 Digital Link: the elements of a label as a web address, read and made.

The path holds one key and what qualifies it, the query everything else (GS1 Digital Link: URI
Syntax, 1.4). Reading asks nobody: the address's host is never visited.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from urllib.parse import quote, unquote, unquote_plus, urlsplit

from atmpflow.codes.elements import Element, checked, kind_of
from atmpflow.codes.gs1_identifiers import UNKNOWN, Identifier, identifiers
from atmpflow.errors import Refused

CANONICAL = "https://id.gs1.org"

_FORM = re.compile(r"(?:https?|HTTPS?)://(?P<host>[A-Za-z0-9.\-:\[\]]+)(?P<path>/[^?#]*)")
_ALLOWED = re.compile(r"[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]+")
_GTIN_LENGTHS = (8, 12, 13)
_NAMES = {
    "gtin": "01", "itip": "8006", "cpid": "8010", "gln": "414", "party": "417", "gsrnp": "8017",
    "gsrn": "8018", "gcn": "255", "sscc": "00", "gdti": "253", "ginc": "401", "gsin": "402",
    "grai": "8003", "giai": "8004", "gmn": "8013", "cpv": "22", "lot": "10", "ser": "21",
    "glnx": "254", "refno": "8020", "srin": "8019",
}  # fmt: skip
"""Words that older links had in place of identifiers; read only where that is asked for."""


def _refuse(message: str, field: str) -> Refused:
    remedy = "Scan the label again; a link holds a key and what qualifies it, e.g. /01/.../21/..."
    return Refused("digital-link", field, message, remedy)


def parse(uri: str, field: str, *, lenient: bool = False) -> tuple[Element, ...]:
    """The elements of a link, key first.

    Lenient also takes what older links had: GTINs without their zeros in front, words for
    identifiers, and identifiers that GS1 has not given out. Raises Refused `digital-link` or as
    `elements.checked`.
    """
    found = _FORM.match(uri)
    if found is None or not _ALLOWED.fullmatch(uri):
        raise _refuse("Not a web address with a key in its path.", field)
    in_path = _path(found["path"], field, lenient=lenient)
    in_query = list(_query(urlsplit(uri).query, field, lenient=lenient))
    _require_right_place(in_path, in_query, field)
    raw = (*in_path, *in_query)
    return tuple(_element(ai, value, field, lenient=lenient) for ai, value in raw)


Pair = tuple[str, str]


def _path(path: str, field: str, *, lenient: bool) -> list[Pair]:
    """The key and its qualifiers: the shortest end of the path that begins with a key."""
    parts = path.split("/")[1:]
    for start in range(len(parts) - 2, -1, -2):
        pairs = list(zip(parts[start::2], parts[start + 1 :: 2], strict=True))
        ais = [_ai(name, lenient=lenient) for name, _ in pairs]
        if _in_order(ais):
            return [(ai, unquote(value)) for ai, (_, value) in zip(ais, pairs, strict=True)]
    raise _refuse("The path of the address holds no key of GS1.", field)


def _ai(name: str, *, lenient: bool) -> str:
    return _NAMES.get(name, name) if lenient else name


def _kind(ai: str) -> Identifier:
    return identifiers().get(ai, UNKNOWN)


def _in_order(ais: Sequence[str]) -> bool:
    """A key, then only what may qualify it, in its order."""
    key = _kind(ais[0])
    return key.key and any(
        all(a in order for a in ais[1:])
        and all(order.index(a) < order.index(b) for a, b in pairwise(ais[1:]))
        for order in (key.qualifiers or ((),))
    )


def _query(query: str, field: str, *, lenient: bool) -> Iterator[Pair]:
    """Attributes; words are somebody else's business and left out."""
    if ";" in query:
        raise _refuse("A semicolon in an address is read in two ways; it is written %3B.", field)
    for part in query.split("&"):
        name, _, value = part.partition("=")
        ai = _ai(name, lenient=lenient)
        if ai.isascii() and ai.isdigit():
            if not kind_of(ai, field, lenient=lenient).attribute:
                raise _refuse(f"({ai}) may not be in the query of an address.", field)
            yield ai, unquote_plus(value)


def _require_right_place(path: list[Pair], query: list[Pair], field: str) -> None:
    named = [ai for ai, _ in (*path, *query)]
    if len(set(named)) < len(named):
        raise _refuse("An identifier is in the address twice.", field)
    for ai, _ in query:
        if _could_qualify([one for one, _ in path], ai):
            raise _refuse(f"({ai}) belongs into the path of the address.", field)


def _could_qualify(path: list[str], ai: str) -> bool:
    return any(_in_order([*path[:n], ai, *path[n:]]) for n in range(1, len(path) + 1))


def _element(ai: str, value: str, field: str, *, lenient: bool) -> Element:
    if lenient and ai == "01" and len(value) in _GTIN_LENGTHS:
        value = value.zfill(14)
    return checked(ai, value, field, lenient=lenient)


def make(elements: Sequence[Element], *, stem: str = CANONICAL, lenient: bool = False) -> str:
    """The link of these elements, below `stem`. Raises Refused `digital-link`."""
    left = {one.ai: one.value for one in elements}
    key = next((ai for ai in left if _kind(ai).key), None)
    if key is None:
        raise _refuse("None of the identifiers is a key that an address can begin with.", "")
    path = _segments((key, *_qualifying(_kind(key), left)), left)
    rest = sorted(left, key=lambda ai: not _kind(ai).fixed)
    if wrong := next((ai for ai in rest if not kind_of(ai, "", lenient=lenient).attribute), None):
        raise _refuse(f"({wrong}) cannot be in this address.", "")
    query = "&".join(f"{ai}={quote(left[ai], safe='')}" for ai in rest)
    return f"{stem.rstrip('/')}/{path}{'?' if query else ''}{query}"


def _qualifying(key: Identifier, there: dict[str, str]) -> Iterable[str]:
    """Of the first order that fits, those that are there."""
    for order in key.qualifiers:
        if found := [ai for ai in order if ai in there]:
            return found
    return ()


def _segments(ais: Iterable[str], left: dict[str, str]) -> str:
    return "/".join(f"{ai}/{quote(left.pop(ai), safe='')}" for ai in ais)
