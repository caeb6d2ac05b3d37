"""Identifiers in EPCIS: EPC URNs and GS1 Digital Links, checked and brought into one form.

The same bag may be `urn:epc:id:sgtin:4012345.011111.9876` in one system and
`https://id.gs1.org/01/04012345111118/21/9876` in the next. One form is needed to recognise it: the
constrained canonical GS1 Digital Link (CBV 2.0, event hash id, rules 17 and 18). Addresses that are
no key of GS1 stay as they are.
"""

import re
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from atmpflow.codes import digital_link
from atmpflow.codes.digital_link import CANONICAL
from atmpflow.codes.gs1 import check_digit
from atmpflow.errors import Refused

Parts = list[str]


@dataclass(frozen=True, slots=True)
class Scheme:
    """One kind of EPC: the identifier of its key, the digits before the check digit, the rest."""

    ai: str
    digits: int | None
    parts: int
    """How many parts there are, divided by points, before a serial number that may hold points."""
    leading: bool = False
    """Whether the reference's first digit goes to the front (indicator or extension digit)."""
    then: str = ""
    """Between the key and what comes after it: `/21/`, or nothing where they run together."""
    zero: str = ""
    """A digit that the key begins with."""


_SCHEMES = {
    "id:sgtin": Scheme("01", 13, 3, leading=True, then="/21/"),
    "id:upui": Scheme("01", 13, 3, leading=True, then="/235/"),
    "id:itip": Scheme("8006", 13, 5, leading=True, then="/21/"),
    "id:sscc": Scheme("00", 17, 2, leading=True),
    "id:sgln": Scheme("414", 12, 3, then="/254/"),
    "id:pgln": Scheme("417", 12, 2),
    "id:grai": Scheme("8003", 12, 3, zero="0"),
    "id:giai": Scheme("8004", None, 2),
    "id:gsrn": Scheme("8018", 17, 2),
    "id:gsrnp": Scheme("8017", 17, 2),
    "id:gdti": Scheme("253", 12, 3),
    "id:sgcn": Scheme("255", 12, 3),
    "id:cpi": Scheme("8010", None, 3, then="/8011/"),
    "id:ginc": Scheme("401", None, 2),
    "id:gsin": Scheme("402", 16, 2),
    "class:lgtin": Scheme("01", 13, 3, leading=True, then="/10/"),
    "idpat:sgtin": Scheme("01", 13, 3, leading=True),
    "idpat:upui": Scheme("01", 13, 3, leading=True),
    "idpat:itip": Scheme("8006", 13, 5, leading=True),
    "idpat:grai": Scheme("8003", 12, 3, zero="0"),
    "idpat:gdti": Scheme("253", 12, 3),
    "idpat:sgcn": Scheme("255", 12, 3),
    "idpat:cpi": Scheme("8010", None, 3),
}
"""Every EPC URN that has a Digital Link (EPC Tag Data Standard; GS1 Digital Link 1.4)."""

_OTHER_EPCS = frozenset({"gid", "usdod", "adi", "bic", "imovn"})
"""EPCs of others than GS1: no Digital Link, and no rule of ours."""

_URN = re.compile(r"urn:epc:(?P<kind>(?:id|class|idpat):[a-z]+):(?P<rest>\S+)")
_PREFIX = re.compile(r"[0-9]{6,12}")
_SAFE = str.maketrans({c: f"%{ord(c):02X}" for c in "!()*+,:"})
_KEYED = re.compile(r"/(?:00|01|253|255|401|402|414|417|8003|8004|8006|8010|8017|8018)/[0-9]{4}")
_FINEST = {"01": ("235", "21", "10"), "8006": ("21", "10"), "414": ("254",), "8010": ("8011",)}
"""What may qualify a key in the canonical form: the first of these that is there."""


def wrong(uri: str) -> str | None:
    """What is wrong with an identifier of GS1; none when it is right, or not of GS1."""
    try:
        if uri.startswith("urn:epc:"):
            _from_urn(uri)
        elif _is_link(uri):
            digital_link.parse(_without_query(uri), "", lenient=True)
    except Refused as refused:
        return refused.message
    return None


def canonical(uri: str) -> str:
    """The identifier as every system can compare it; what is no right key of GS1 unchanged."""
    try:
        if uri.startswith("urn:epc:"):
            return _from_urn(uri)
        return _from_link(uri) if _is_link(uri) else uri
    except Refused:
        return uri


def instance(uri: str) -> bool:
    """Whether this may stand for one thing: false for what is a class of things for certain."""
    one = canonical(uri)
    if one.startswith("urn:epc:"):
        return not uri.startswith(("urn:epc:class:", "urn:epc:idpat:"))
    path = one.removeprefix(CANONICAL).split("/")[1:]
    if not one.startswith(CANONICAL) or path[0] not in ("01", "8006"):
        return not uri.startswith(("urn:epc:class:", "urn:epc:idpat:"))
    return len(path) > 2 and path[2] in ("21", "235")


_ONE = ("00", "8004", "8017", "8018")
"""Keys that only ever name one thing."""


def of_one(uri: str) -> bool:
    """Whether this names one thing for certain, and no class of things."""
    path = canonical(uri).removeprefix(CANONICAL).split("/")[1:]
    if uri.startswith(("urn:epc:class:", "urn:epc:idpat:")) or not canonical(uri).startswith(
        CANONICAL
    ):
        return False
    return path[0] in _ONE or (path[0] in ("01", "8006") and path[2:3] in (["21"], ["235"]))


def value_of(uri: str, ai: str) -> str | None:
    """What an identifier holds under an application identifier: `00` for an SSCC."""
    one = canonical(uri)
    if not one.startswith(f"{CANONICAL}/{ai}/"):
        return None
    return unquote(one.split("/")[4])


def _is_link(uri: str) -> bool:
    """Addresses at GS1's resolver, and others that carry a key of GS1 where a link carries it."""
    if not uri.startswith(("http://", "https://", "HTTP")):
        return False
    host = urlsplit(uri).hostname or ""
    return host in ("id.gs1.org", "dl.gs1.org") or _KEYED.search(_with_numbers(uri)) is not None


_WORDS = {
    "gtin": "01", "itip": "8006", "cpid": "8010", "gln": "414", "party": "417", "gsrnp": "8017",
    "gsrn": "8018", "gcn": "255", "sscc": "00", "gdti": "253", "ginc": "401", "gsin": "402",
    "grai": "8003", "giai": "8004",
}  # fmt: skip


def _with_numbers(uri: str) -> str:
    return "/".join(_WORDS.get(part, part) for part in uri.split("/"))


def _without_query(uri: str) -> str:
    return uri.partition("?")[0].partition("#")[0].rstrip("/")


def _from_link(uri: str) -> str:
    elements = digital_link.parse(_without_query(uri), "", lenient=True)
    key = elements[0]
    more = {one.ai: one.value for one in elements[1:]}
    finest = next((ai for ai in _FINEST.get(key.ai, ()) if ai in more), None)
    kept = [key, *(one for one in elements if one.ai == finest)]
    return CANONICAL + "".join(f"/{one.ai}/{_written(one.value)}" for one in kept)


def _written(value: str) -> str:
    """As the event hash writes values: only what an address may not hold is encoded."""
    escaped = value.replace("%", "%25").replace("/", "%2F").replace("#", "%23")
    escaped = escaped.replace("?", "%3F").replace('"', "%22").replace("&", "%26")
    return escaped.replace("<", "%3C").replace(">", "%3E").translate(_SAFE)


def _refuse(message: str) -> Refused:
    return Refused("epcis-identifier", "", message, "Write it as its GS1 key is issued.")


def _from_urn(uri: str) -> str:
    found = _URN.fullmatch(uri)
    if found is None:
        raise _refuse("Not an EPC URN: urn:epc:id:, a scheme and its parts.")
    scheme = _SCHEMES.get(found["kind"])
    if scheme is None:
        if found["kind"].partition(":")[2] in _OTHER_EPCS:
            return uri
        raise _refuse("There is no EPC of this scheme.")
    parts = found["rest"].split(".", scheme.parts - 1)
    if len(parts) != scheme.parts:
        raise _refuse(f"An EPC of this scheme has {scheme.parts} parts, divided by points.")
    if found["kind"].startswith("idpat:") and parts.pop() != "*":
        raise _refuse("A pattern of all serial numbers ends in a point and *.")
    return f"{CANONICAL}/{scheme.ai}/{_key(scheme, parts[0], parts[1])}{_rest(scheme, parts[2:])}"


def _key(scheme: Scheme, prefix: str, reference: str) -> str:
    if not _PREFIX.fullmatch(prefix):
        raise _refuse("The company prefix is 6 to 12 digits.")
    if scheme.digits is None:
        return prefix + reference.translate(_SAFE)
    digits = prefix + reference
    if scheme.leading:
        digits = reference[:1] + prefix + reference[1:]
    if not (digits.isascii() and digits.isdigit() and len(digits) == scheme.digits):
        raise _refuse(f"Company prefix and reference together are {scheme.digits} digits.")
    return scheme.zero + digits + check_digit(scheme.zero + digits)


def _rest(scheme: Scheme, parts: Parts) -> str:
    if scheme.ai == "414" and parts == ["0"]:
        return ""
    if not all(parts):
        raise _refuse("The serial number is missing.")
    *middle, last = parts or [""]
    return "".join(middle) + (f"{scheme.then}{last.translate(_SAFE)}" if last else "")
