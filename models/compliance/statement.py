"""One compliance check as its file tells it: what it is about, and the query that finds it.

A query answers `subject`, `journey_id` and `found`; where its scope is no journey's, `subject` and
`found`. `found` says fixed things and moments, never an age: it is the evidence, and another one
is another finding. `LOOKED(column)` stands for "one of the journeys that this sweep looks at",
`FINGERPRINT(column)` for 32 bits of a digest, `%(name)s` for a moment or a threshold of
`atmpflow.rules.thresholds`. After `-- Falls due:` follows a query for the journeys that time alone
may have brought into the check since `%(since)s`.
"""

import re
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib import resources

SEVERITIES = ("minor", "major", "critical")
CADENCES = ("hourly", "daily", "weekly")
BY_JOURNEY = ("journey", "unit")
"""Scopes whose subjects belong to a journey, so that only changed journeys need be looked at."""
SCOPES = (*BY_JOURNEY, "account", "site", "system")

_FIELD = re.compile(r"^-- (Regulation|Severity|Owner|Remedy|Cadence|Scope): (.*)$")
_FIRST = re.compile(r"^-- ([a-z0-9-]{4,40}): (.+)$")
_DUE = "-- Falls due:\n"
_LOOKED = re.compile(r"LOOKED\(([a-z_.]+)\)")
_FINGERPRINT = re.compile(r"FINGERPRINT\(([a-z_.]+)\)")


@dataclass(frozen=True, slots=True)
class Check:
    """What must not be found; `regulation` names the clause that asks for it."""

    id: str
    title: str
    regulation: str
    severity: str
    owner: str
    remedy: str
    cadence: str
    scope: str
    query: str
    falls_due: str

    @property
    def by_journey(self) -> bool:
        return self.scope in BY_JOURNEY


@cache
def checks() -> tuple[Check, ...]:
    """Every check of this folder, by id. Raises ValueError for a file that does not say enough."""
    folder = resources.files("models.compliance")
    files = (one for one in folder.iterdir() if one.name.endswith(".sql"))
    found = sorted((read(one.read_text(encoding="utf-8")) for one in files), key=lambda one: one.id)
    if len({one.id for one in found}) != len(found):
        raise ValueError("two checks have one id")
    return tuple(found)


def of_cadence(cadence: str) -> tuple[Check, ...]:
    """The checks of one cadence."""
    return tuple(one for one in checks() if one.cadence == cadence)


def digest(some: tuple[Check, ...]) -> str:
    """Another one wherever a check was added, taken away or changed."""
    return sha256("\0".join(f"{one.id}\0{one.query}" for one in some).encode()).hexdigest()


def read(text: str) -> Check:
    """The check a file holds. Raises ValueError when its header does not say enough."""
    lines = text.splitlines()
    first = _FIRST.match(lines[0]) if lines else None
    if first is None:
        raise ValueError("a check begins with `-- id: title`")
    fields = _fields([line for line in lines if line.startswith("--")])
    query, _, due = "\n".join(lines).partition(_DUE)
    body = "\n".join(line for line in query.splitlines() if not line.startswith("--"))
    try:
        made = Check(first[1], first[2], **fields, query=body, falls_due=due)
    except TypeError as error:
        raise ValueError(f"{first[1]}: {error}") from None
    _require_whole(made)
    return made


def _fields(head: list[str]) -> dict[str, str]:
    """The header's fields; a line that begins none goes on with the one before."""
    fields: dict[str, str] = {}
    latest = ""
    for line in head:
        found = _FIELD.match(line)
        if found:
            latest = found[1].lower()
            fields[latest] = found[2]
        elif line.startswith("--   ") and latest:
            fields[latest] += f" {line.removeprefix('--').strip()}"
    return fields


def _require_whole(one: Check) -> None:
    wrong = [
        name
        for name, value, known in (
            ("severity", one.severity, SEVERITIES),
            ("cadence", one.cadence, CADENCES),
            ("scope", one.scope, SCOPES),
        )
        if value not in known
    ]
    if one.by_journey != bool(_LOOKED.search(one.query)):
        wrong.append("LOOKED")
    if wrong:
        raise ValueError(f"{one.id}: {', '.join(wrong)} is not as it should be")


def whole(query: str) -> str:
    """The query over every journey."""
    return fingerprinted(_LOOKED.sub("TRUE", query))


def narrowed(query: str) -> str:
    """The query over the journeys that the parameter `looked` lists."""
    return fingerprinted(_LOOKED.sub(r"\1 = ANY(%(looked)s)", query))


def fingerprinted(query: str) -> str:
    """32 bits of a digest: enough to see that a chain is broken, quick enough for every event."""
    octets = " | ".join(rf"(get_byte(\1, {place}) << {24 - 8 * place})" for place in range(4))
    return _FINGERPRINT.sub(f"({octets})", query)
