"""What a story leaves on record: who was told, what was held, units, clocks and refusals."""

from typing import Any

from sqlalchemy import Engine

from atmpflow.duties import announced, duties
from atmpflow.events.after import HoldLiftAgreed, HoldLifted
from atmpflow.journey import HOLDS, Facts
from desk.cli.output import moment, say, table
from desk.stories.story import Story
from models.database import transaction

UNITS = "SELECT unit, kind, batch, state, expires_at FROM unit WHERE journey_id = %s ORDER BY 1"
TIMERS = (
    "SELECT kind, due_at, fired_at IS NOT NULL, cancelled_at IS NOT NULL FROM timer"
    " WHERE journey_id = %s AND kind NOT LIKE 'wait:%%' ORDER BY due_at"
)
REACHED = """
SELECT r.kind || ' ' || r.lot, r.recall_class, j.coi, j.stage, j.ended, count(d.fulfilled_at),
    count(d.name)
FROM recall_notice mine
JOIN recall r ON r.id = mine.recall_id
JOIN recall_notice n ON n.recall_id = r.id
JOIN journey j ON j.id = n.journey_id
LEFT JOIN duty d ON d.journey_id = n.journey_id AND d.seq = n.seq AND d.name LIKE 'recall-reply%%'
WHERE mine.journey_id = %s GROUP BY r.id, j.id ORDER BY j.opened_at, j.coi
"""
REFUSED = (
    "SELECT name, role, code FROM command WHERE journey_id = %s AND outcome = 'rejected'"
    " ORDER BY received_at"
)


def page(engine: Engine, story: Story, facts: Facts) -> dict[str, Any]:
    """The story as one object; its shape is kept stable (docs/stories.md)."""
    with transaction(engine) as connection:
        units: Any = connection.execute(UNITS, (facts.journey,)).fetchall()
        timers: Any = connection.execute(TIMERS, (facts.journey,)).fetchall()
        refused: Any = connection.execute(REFUSED, (facts.journey,)).fetchall()
        reached: Any = connection.execute(REACHED.encode(), (facts.journey,)).fetchall()
    return {
        "simulated": True,
        "story": story.name,
        "title": story.title,
        "goes_wrong": story.goes_wrong,
        "coi": facts.coi,
        "product": facts.product.code,
        "stage": facts.stage,
        "ended": facts.ended,
        "told": _told(facts),
        "held": _held(facts),
        "units": [_named(row, "unit", "kind", "batch", "state", "expires_at") for row in units],
        "clocks": [_named(row, "clock", "due_at", "ran_out", "stopped") for row in timers],
        "refused": [_named(row, "command", "role", "code") for row in refused],
        "recall_reached": [
            _named(row, "of", "class", "coi", "stage", "ended", "replies", "owed")
            for row in reached
        ],
        "timeline": [
            {
                "seq": row.seq,
                "at": row.occurred_at,
                "event": row.event.name,
                "actor": row.actor.id,
                "role": row.actor.role.value,
                "counts": row.seq not in facts.superseded,
            }
            for row in facts.history
        ],
    }


def _named(row: Any, *names: str) -> dict[str, Any]:
    return dict(zip(names, row, strict=True))


def _told(facts: Facts) -> list[dict[str, Any]]:
    """Every duty: who, what, by when, and when it was done."""
    late = announced(facts)
    return [
        {
            "duty": duty.name,
            "title": duty.title,
            "owner": duty.owner.value,
            "because": duty.cause,
            "since": duty.since,
            "due_at": duty.due_at,
            "done_at": duty.fulfilled.occurred_at if duty.fulfilled else None,
            "done_by": duty.fulfilled.actor.id if duty.fulfilled else None,
            "overdue": duty.name in late,
            "source": duty.source,
        }
        for duty in duties(facts)
    ]


def _held(facts: Facts) -> list[dict[str, Any]]:
    """Every hold: why, since when, who agreed to lift it, and until when."""
    found: list[dict[str, Any]] = []
    for row in facts.history:
        if isinstance(row.event, HOLDS):
            found.append({"why": row.event.name, "since": row.occurred_at, "agreed": []})
        elif isinstance(row.event, HoldLiftAgreed) and found:
            found[-1]["agreed"].append(row.actor.id)
        elif isinstance(row.event, HoldLifted):
            for hold in found:
                hold.setdefault("until", row.occurred_at)
    return found


def show(told: dict[str, Any]) -> None:
    """The page as a person reads it. Moments in UTC."""
    say(f"\n{told['title']}   (simulated site and time)")
    say(f"{told['goes_wrong']}")
    say(f"Journey {told['coi']}, {told['product']}: {told['ended'] or 'open, at ' + told['stage']}")
    steps = [
        (
            str(one["seq"]),
            moment(one["at"]),
            one["event"] if one["counts"] else f"{one['event']} (counts no more)",
            one["actor"] if one["role"] == "system" else f"{one['actor']}, {one['role']}",
        )
        for one in told["timeline"]
    ]
    table("\nWhat an inspector sees", ("#", "Happened (UTC)", "Event", "By"), steps)
    _show_told(told)
    held = [
        (one["why"], moment(one["since"]), moment(one.get("until")), ", ".join(one["agreed"]))
        for one in told["held"]
    ]
    _part("What was held", ("Why", "Since (UTC)", "Until (UTC)", "Lifted by"), held)
    units = [(one["unit"], one["kind"], one["state"], one["batch"] or "") for one in told["units"]]
    _part("What became of each unit", ("Unit", "What", "State", "Batch"), units)
    clocks = [(one["clock"], moment(one["due_at"]), _clock(one)) for one in told["clocks"]]
    _part("Which clocks ran", ("Clock", "Due (UTC)", ""), clocks)
    reached = [
        (one["coi"], one["ended"] or one["stage"], one["of"], f"{one['replies']} of {one['owed']}")
        for one in told["recall_reached"]
    ]
    heads = ("Journey", "Is at", "Was made with", "Replies")
    _part("Whom the recall reached", heads, reached)
    refused = [(one["command"], one["role"], one["code"]) for one in told["refused"]]
    _part("What was refused", ("Command", "Role", "Code"), refused)


def _show_told(told: dict[str, Any]) -> None:
    rows = [
        (
            one["owner"],
            one["title"],
            one["because"],
            moment(one["due_at"]),
            moment(one["done_at"]) or ("OVERDUE" if one["overdue"] else "open"),
        )
        for one in told["told"]
    ]
    heads = ("Who", "What", "Because of", "Due (UTC)", "Done (UTC)")
    _part("Who was told, and who owed what", heads, rows)


def _part(title: str, heads: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    if rows:
        table(f"\n{title}", heads, rows)


def _clock(one: dict[str, Any]) -> str:
    return "ran out" if one["ran_out"] else "stopped in time" if one["stopped"] else "runs"
