"""One invariant as its file tells it: number, name, source, what it proves, and the query."""

import re
from dataclasses import dataclass
from importlib import resources

_FIELD = re.compile(r"^(Source|Proves|Beyond|Not yet): (.*)$")


@dataclass(frozen=True, slots=True)
class Invariant:
    """What must hold in every state of the tables; its query returns what violates it.

    `beyond` says which part no query of the tables can tell, and what holds it instead; `not_yet`
    which part has no subject in the tables yet. An empty query: none has.
    """

    number: str
    name: str
    source: str
    proves: str
    not_yet: str
    query: str
    beyond: str = ""


def invariants() -> tuple[Invariant, ...]:
    """Every invariant of this folder, in order of number; those of liveness come last."""
    folder = resources.files(__package__ or __name__)
    files = sorted((file.name, file) for file in folder.iterdir() if file.name.endswith(".sql"))
    return tuple(read(file.read_text(encoding="utf-8")) for _, file in files)


def read(text: str) -> Invariant:
    """The invariant a file holds. Raises ValueError when its header does not say enough."""
    lines = text.splitlines()
    head = [line for line in lines if line.startswith("--")]
    if not head:
        raise ValueError("an invariant begins with `-- number name`")
    number, _, name = head[0].removeprefix("--").strip().partition(" ")
    fields = _fields(head[1:])
    if not (name and fields.get("Source") and fields.get("Proves")):
        raise ValueError(f"invariant {number} says no name, source or what it proves")
    body = "\n".join(lines)
    query = body if any(line.strip() and not line.startswith("--") for line in lines) else ""
    return Invariant(
        number,
        name,
        fields["Source"],
        fields["Proves"],
        fields.get("Not yet", ""),
        query,
        fields.get("Beyond", ""),
    )


def _fields(head: list[str]) -> dict[str, str]:
    """The header's fields; a line that begins none goes on with the one before."""
    fields: dict[str, str] = {}
    latest = ""
    for line in head:
        words = line.removeprefix("--").strip()
        found = _FIELD.match(words)
        if found:
            latest = found[1]
            fields[latest] = found[2]
        elif line.startswith("--   ") and latest:
            fields[latest] += f" {words}"
    return fields
