"""The digest of open findings: counts, owners and remedies, never a name or a number of a patient.

It names checks, not subjects: whoever may see them looks at `atmpflow findings`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from atmpflow.rules.escalation import told
from models.compliance.statement import Check, checks
from models.database import Connection

COUNTS = """
SELECT check_id, count(*), min(opened_at), max(escalated),
    count(*) FILTER (WHERE opened_at >= %s) FROM finding WHERE closed_at IS NULL
GROUP BY check_id
"""


@dataclass(frozen=True, slots=True)
class Line:
    """One check with how many findings of it are open."""

    check: Check
    open: int
    oldest: datetime
    escalated: int
    new: int


@dataclass(frozen=True, slots=True)
class Digest:
    """What stands open at one moment, the gravest first."""

    at: datetime
    lines: Sequence[Line]

    @property
    def open(self) -> int:
        return sum(line.open for line in self.lines)

    @property
    def subject(self) -> str:
        """One line for a mail's subject."""
        by = self.by_severity
        grave = ", ".join(f"{by[name]} {name}" for name in ("critical", "major", "minor"))
        return f"atmpflow: {self.open} findings open ({grave})"

    @property
    def by_severity(self) -> Mapping[str, int]:
        found = {"critical": 0, "major": 0, "minor": 0}
        for line in self.lines:
            found[line.check.severity] += line.open
        return found


def digest_of(connection: Connection, at: datetime, *, new_since: datetime) -> Digest:
    """Everything open now; `new` counts what was opened since."""
    rows: Any = connection.execute(COUNTS, (new_since,)).fetchall()
    known = {one.id: one for one in checks()}
    lines = [Line(known[row[0]], *row[1:]) for row in rows if row[0] in known]
    order = ("critical", "major", "minor")
    lines.sort(key=lambda line: (order.index(line.check.severity), line.oldest, line.check.id))
    return Digest(at, lines)


def markdown(digest: Digest) -> str:
    """The digest as Prefect shows it, and as it is mailed and filed."""
    head = [f"# Findings, {digest.at:%Y-%m-%d %H:%M} UTC", "", f"{digest.subject}.", ""]
    if not digest.lines:
        return "\n".join([*head, "Nothing is open.", ""])
    table = [
        "| Severity | Check | Open | New | Oldest (UTC) | Who should know | What to do |",
        "| --- | --- | ---: | ---: | --- | --- | --- |",
        *(_row(line) for line in digest.lines),
    ]
    return "\n".join([*head, *table, "", "Which ones: `atmpflow findings`.", ""])


def _row(line: Line) -> str:
    one = line.check
    know = ", ".join(told(one.owner, line.escalated))
    cells = (
        one.severity,
        f"{one.title} (`{one.id}`)",
        str(line.open),
        str(line.new),
        f"{line.oldest:%Y-%m-%d %H:%M}",
        know,
        one.remedy.replace("|", "/"),
    )
    return f"| {' | '.join(cells)} |"
