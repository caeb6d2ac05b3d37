"""docs/compliance.md: every scheduled check, and how findings live."""

from collections.abc import Iterator
from datetime import timedelta

from atmpflow.rules.escalation import LADDER
from atmpflow.rules.thresholds import RECALL_CLOSED_WITHIN, THRESHOLDS
from desk.pages.markdown import cell, page, table
from models.compliance.statement import CADENCES, SEVERITIES, Check, checks

INTRODUCTION = """
Every hour, day and week atmpflow holds its own record against the rules below. What a check finds
is a **finding**: it is opened once, and stays open until the check finds it no more, or until
somebody decides that nothing more has to be done.

```
atmpflow checks                       # all of them; with --json the queries, too
atmpflow checks run --cadence hourly  # now; --everything looks at every journey
atmpflow findings                     # what is open, the gravest first
atmpflow finding decide ID --justification "..." --as officer-1 --role compliance-officer
atmpflow standing licence hta R0A --reference 12345 --from 2026-01-01 --until 2027-01-01 \\
    --as officer-1 --role compliance-officer
```
"""

LIFE = """
## How a finding lives

- **Opened once.** A check has one open finding for a subject; seen again, it is the same one.
- **Closed by itself** when the check finds it no more.
- **Closed by decision** of its owner or of the compliance officer, with a reason, and under a
  signature where [signatures](signatures.md) are demanded. It opens again only when what the check
  finds has changed.
- **Never deleted**, and what is closed is not changed: the database refuses both, to everybody.
- **Escalated by age**: first the owner knows, then the compliance officer, then the administrator.
"""

SENDING = """
## The digest

Each run leaves a table of what its checks found and a digest in Prefect. The digest has counts,
owners and remedies; it names no patient, unit, account or journey. After each daily and weekly run,
and after an hourly one with news, it is also sent where one of these is set:

| Setting | Meaning |
| --- | --- |
| `ATMPFLOW_DIGEST_FOLDER` | a folder; one Markdown file a digest |
| `ATMPFLOW_DIGEST_SMTP` | `smtp://user:password@host:port` (STARTTLS where offered) or `smtps://` |
| `ATMPFLOW_DIGEST_TO`, `ATMPFLOW_DIGEST_FROM` | addresses |
| `ATMPFLOW_DIGEST_BLOCK` | a Prefect notification block, such as `slack-webhook/compliance` |

A server that is away does not make the run fail: the findings are on record.

## How much is looked at

An hourly or daily run looks at the journeys that changed since the run before, at those that time
alone has brought into a check, and at every subject with an open finding. Once a day (hourly
checks) and once a week (daily checks) everything is looked at again, as after a new version of the
checks; weekly checks always look at everything. Times: [performance](performance.md).
"""


def _long(length: timedelta) -> str:
    days = length / timedelta(days=1)
    if days >= 730:
        return f"{days / 365.25:.0f} years"
    if length >= timedelta(days=2):
        return f"{days:g} days"
    if length >= timedelta(hours=1):
        return f"{length / timedelta(hours=1):g} h"
    minutes = length / timedelta(minutes=1)
    return f"{minutes:g} min" if minutes >= 1 else f"{length.total_seconds():g} s"


def _ladder() -> str:
    rows = [
        (severity, _long(LADDER[severity][0]), _long(LADDER[severity][1]))
        for severity in reversed(SEVERITIES)
    ]
    return table(("Severity", "Compliance officer after", "Administrator after"), rows)


def _row(one: Check) -> tuple[str, ...]:
    return (
        f"[`{one.id}`](../models/compliance/{one.id}.sql)",
        cell(one.title),
        one.severity,
        one.owner,
        cell(one.remedy),
        cell(one.regulation),
    )


def _sections() -> Iterator[str]:
    for cadence in CADENCES:
        some = [one for one in checks() if one.cadence == cadence]
        some.sort(key=lambda one: (-SEVERITIES.index(one.severity), one.id))
        yield f"## {cadence.capitalize()} checks"
        columns = ("Check", "What must not be", "Severity", "Owner", "What to do", "Regulation")
        yield table(columns, [_row(one) for one in some])


def _thresholds() -> str:
    rows = [(f"`{one.name}`", _long(one.value), cell(one.source)) for one in THRESHOLDS]
    closing = ", ".join(_long(one) for one in RECALL_CLOSED_WITHIN)
    rows.append(("`recall_closed_within`", f"{closing} by class", "operational default"))
    return table(("Threshold", "Value", "Source"), rows)


def text() -> str:
    """The page."""
    count = f"There are {len(checks())} checks; each is one file of plain SQL."
    head = (INTRODUCTION, count, *_sections(), LIFE, _ladder())
    return page("Compliance checks", *head, "## Thresholds", _thresholds(), SENDING)
