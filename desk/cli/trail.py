"""`atmpflow trail`: the audit trail of every record: who, what, from what to what, why and when."""

import csv
import json
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import groupby
from typing import Annotated, Any

import typer
from sqlalchemy import Engine

from atmpflow.people import Role
from atmpflow.products.catalogue import catalogue
from desk.cli.database import ready_database
from desk.cli.frame import AsJson, Viewer, new_app, one_of
from desk.cli.output import hint, moment, plain, show_json, table
from desk.cli.recording import find_journey
from models.database import transaction
from models.sight import look_as, sight_of
from models.trail.changed import Changed
from models.trail.read import KINDS, OF_JOURNEYS, Entry, Sought, trail
from tasks import clock

app = new_app()

TIMES = ["%Y-%m-%d", "%Y-%m-%dT%H:%MZ"]
EVERY_DAY = tuple(kind for kind in KINDS if kind not in ("rejected", "identity"))
"""What is shown unless somebody asks for more."""

Since = Annotated[
    datetime | None, typer.Option("--since", formats=TIMES, help="Recorded then or later, UTC.")
]
Until = Annotated[
    datetime | None, typer.Option("--until", formats=TIMES, help="Recorded before then, UTC.")
]
Records = Annotated[
    list[str] | None,
    typer.Option("--record", help=f"Only of this kind; may be repeated: {', '.join(KINDS)}."),
]
Product = Annotated[
    str | None, one_of("--product", lambda: sorted(catalogue()), "Only of this product.")
]
InRole = Annotated[str | None, one_of("--role", lambda: sorted(Role), "Only by this role.")]
Limit = Annotated[int, typer.Option(min=0, help="At most so many, the newest; 0 for every one.")]


JourneyId = Annotated[
    str | None, typer.Option("--journey", help="Only of this journey (id or chain-of-identity id).")
]
Of = Annotated[
    str | None, typer.Option(help="Only of records named so: an account, a device, a trial.")
]
By = Annotated[str | None, typer.Option(help="Only what this account did.")]
What = Annotated[str | None, typer.Option(help="Only this event or command, or part of its name.")]
Centre = Annotated[str | None, typer.Option(help="Only of this centre (ODS code).")]
Why = Annotated[str | None, typer.Option(help="Only with these words in the reason.")]
Late = Annotated[bool, typer.Option("--late", help="Only late entries.")]
Rejected = Annotated[bool, typer.Option("--rejected", help="Commands that were refused, too.")]
AsCsv = Annotated[bool, typer.Option("--csv", help="One line a changed value.")]


@app.command("trail")
def show_trail(  # noqa: PLR0913 - one parameter an option
    *,
    journey: JourneyId = None,
    of: Of = None,
    account: By = None,
    role: InRole = None,
    what: What = None,
    centre: Centre = None,
    product: Product = None,
    since: Since = None,
    until: Until = None,
    why: Why = None,
    late: Late = False,
    rejected: Rejected = False,
    record: Records = None,
    limit: Limit = 200,
    viewer: Viewer = None,
    as_csv: AsCsv = False,
    as_json: AsJson = False,
) -> None:
    """Show the audit trail: who, in which role, what, old and new, why, and when.

    In the order of recording; the newest where there are too many. Late entries are marked.
    """
    kinds = _kinds(record, viewer, rejected=rejected)
    with ready_database() as engine:
        which = find_journey(engine, journey, viewer) if journey else None
        sought = Sought(
            which, of, account, role, what, centre, product, _utc(since), _utc(until), why, late,
            limit or None,
        )  # fmt: skip
        found = _found(engine, sought, kinds, viewer)
    _answer(found, limit, as_csv=as_csv, as_json=as_json)


def _answer(found: Sequence[Entry], limit: int, *, as_csv: bool, as_json: bool) -> None:
    if as_json:
        show_json([_as_dict(one) for one in found])
    elif as_csv:
        _write_csv(found)
    else:
        _tell(found, limit)


def _utc(at: datetime | None) -> datetime | None:
    return at.replace(tzinfo=UTC) if at else None


def _kinds(record: list[str] | None, viewer: str | None, *, rejected: bool) -> Sequence[str]:
    """Which kinds of records are looked at. Raises typer.BadParameter."""
    unknown = sorted(set(record or ()) - set(KINDS))
    if unknown:
        raise typer.BadParameter(f"one of: {', '.join(KINDS)}", param_hint="--record")
    wanted = [*(record or EVERY_DAY), *(["rejected"] if rejected else [])]
    if viewer is None:
        return list(dict.fromkeys(wanted))
    closed = sorted(set(record or ()) - set(OF_JOURNEYS))
    if closed:
        who = "only for who runs the installation, without --as or ATMPFLOW_ACCOUNT"
        raise typer.BadParameter(f"{', '.join(closed)}: {who}", param_hint="--record")
    return [kind for kind in dict.fromkeys(wanted) if kind in OF_JOURNEYS]


def _found(engine: Engine, sought: Sought, kinds: Sequence[str], viewer: str | None) -> list[Entry]:
    with transaction(engine) as connection:
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        if viewer is not None:
            look_as(connection, sight_of(connection, viewer, clock.wall()))
        return trail(connection, sought, kinds)


def _as_dict(one: Entry) -> dict[str, Any]:
    return {
        "record": one.record,
        "of": one.subject,
        "journey": one.journey,
        "seq": one.seq,
        "what": one.what,
        "actor": one.actor,
        "role": one.role,
        "occurred_at": one.occurred_at,
        "recorded_at": one.recorded_at,
        "late": one.late,
        "changes": [_change(change) for change in one.changes],
        "content": one.content,
        "why": one.why,
    }


def _change(one: Changed) -> dict[str, Any]:
    named = {"record": one.record, "key": one.key, "field": one.field}
    return {**named, "old": _value(one.old), "new": _value(one.new)}


def _value(value: Any) -> Any:
    return value.hex() if isinstance(value, bytes) else value


COLUMNS = (
    "record", "of", "journey", "seq", "what", "actor", "role", "occurred_at", "recorded_at", "late",
    "changed_record", "changed_key", "field", "old", "new", "why", "content",
)  # fmt: skip


def _write_csv(found: Sequence[Entry]) -> None:
    lines = csv.writer(sys.stdout)
    lines.writerow(COLUMNS)
    for one in found:
        lines.writerows(_lines(one))


def _lines(one: Entry) -> Iterator[list[str]]:
    """A line for each value that an entry changed; one where it changed none."""
    said = _as_dict(one)
    head = [_cell(said[name]) for name in COLUMNS[:10]]
    content = _cell(one.content)
    for change in said["changes"] or [dict.fromkeys(("record", "key", "field", "old", "new"))]:
        yield [*head, *map(_cell, change.values()), _cell(one.why), content]


def _cell(value: Any) -> str:
    """Text of a cell that no spreadsheet takes for a formula."""
    if value is None:
        return ""
    text = value if isinstance(value, str) else json.dumps(value, default=plain).strip('"')
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def _tell(found: Sequence[Entry], limit: int) -> None:
    columns = ("Recorded, happened (UTC)", "Record", "What, why", "Old → new, what it says", "By")
    table("Audit trail", columns, [_row(one) for one in found])
    if limit and len(found) == limit:
        hint(f"The newest {limit}; older ones with --limit or --until.")
    else:
        hint(f"{len(found)} entries. What a journey waits for is in --json and --csv, too.")


def _row(one: Entry) -> tuple[str, ...]:
    recorded = moment(one.recorded_at, seconds=True)
    happened = moment(one.occurred_at, seconds=True)
    times = recorded if happened == recorded else f"{recorded}\n{happened}"
    late = "\nLATE ENTRY" if one.late else ""
    which = f"{one.record}\n{one.subject}" + (f"\n#{one.seq}" if one.seq else "")
    reason = f"\n{one.why}" if one.why else ""
    changes = "\n".join([*_changes(one.changes), *_content(one)])
    return times + late, which, one.what + reason, changes, f"{one.actor}\n{one.role}"


def _changes(changes: Sequence[Changed]) -> Iterator[str]:
    """What was changed, a line each; the values of a new record in one."""
    shown = [one for one in changes if not one.field.startswith("waits_")]
    for (record, key, new), some in groupby(shown, key=_place):
        name = f"{record} {key}".strip()
        if new:
            values = ", ".join(f"{one.field} {_short(one.new)}" for one in some)
            yield f"{name}: {values}" if name else values
        else:
            yield from (f"{name} {_said(one)}".strip() for one in some)


def _place(one: Changed) -> tuple[str, str, bool]:
    return one.record, one.key, one.old is None


def _said(one: Changed) -> str:
    return f"{one.field}: {_short(one.old)} → {_short(one.new)}"


def _content(one: Entry) -> Iterator[str]:
    """What an event says."""
    said = (one.content or {}).items()
    told = [f"{name} {_short(value)}" for name, value in said if value not in (None, [], {})]
    if told:
        yield f"says {', '.join(told)}"


def _short(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, datetime):
        return moment(value)
    text = _cell(_value(value)).lstrip("'")
    return f"{text[:12]}…" if len(text) > 60 and " " not in text else text
