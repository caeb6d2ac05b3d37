"""The paper's chapter on verification: what was checked, when, over what, and what was found."""

from collections.abc import Mapping
from typing import Any

from desk.inspection.words import counted, said
from desk.papers.paper import Paper


def verdict(told: Mapping[str, Any]) -> str:
    """What came of it, in one sentence or two."""
    if not told["journeys"]["holds"]:
        return "THESE JOURNEYS DO NOT VERIFY: see Verification."
    if told["record"] is None:
        return "Chain and replay of these journeys hold; the whole record was not verified now."
    if any(one["in_these_journeys"] for one in told["record"]["invariants"]):
        return "THESE JOURNEYS DO NOT VERIFY: see Verification."
    if not told["record"]["holds"]:
        found = counted(len(told["record"]["violations"]), "violation")
        return f"These journeys verify. OF THE RECORD AS A WHOLE, NOT ALL DOES: {found}."
    elsewhere = told["record"]["violations_elsewhere"]
    beside = f" Elsewhere in the record: {counted(elsewhere, 'violation')}." if elsewhere else ""
    return f"These journeys verify: chain, replay and every invariant.{beside}"


def verification_chapter(made: Paper, told: Mapping[str, Any]) -> None:
    """What was verified of these journeys, and of the whole record."""
    made.heading("Verification")
    _of_journeys(made, told["journeys"])
    if told["record"] is None:
        _cited(made, told["newest_check"])
    else:
        _of_record(made, told["record"])


def _of_journeys(made: Paper, told: Mapping[str, Any]) -> None:
    made.heading("These journeys", 2)
    events, journeys = counted(told["events"], "event"), counted(told["journeys"], "journey")
    made.text(
        f"Computed at {said(told['at'])} UTC from the rows that this pack was made of: the hash of"
        f" each of {events} of {journeys} and of every command of theirs (SHA-256 over RFC 8785),"
        " and a replay of each ledger that was compared with the state tables row for row."
    )
    rows = [
        (what, one["journey"], one["found"])
        for what, found in (("chain", told["chain"]), ("replay", told["replay"]))
        for one in found
    ]
    holds = "Both hold: nothing was found that does not follow from what was recorded."
    made.table(("What", "Journey", "Found"), rows, (1, 3, 6), empty=holds)


def _of_record(made: Paper, told: Mapping[str, Any]) -> None:
    made.heading("The whole record", 2)
    made.text(
        f"Run at {said(told['at'])} UTC, in a snapshot of its own, over every journey of the"
        " installation, with the signed anchors that are kept outside the database. The"
        " invariants share no code with what records; replay uses the engine's own rules."
        f" Result: {told['says']}."
    )
    rows = [
        (one["number"], one["name"], one["state"], one["in_these_journeys"], one["proves"])
        for one in told["invariants"]
    ]
    columns = ("No.", "Invariant", "Whole record", "In these journeys", "What it proves")
    made.table(columns, rows, (5, 15, 10, 10, 60))
    made.heading("What does not hold", 2)
    found = [(one["number"], one["journey"], one["found"]) for one in told["violations"]]
    empty = "Nothing that concerns these journeys."
    made.table(("No.", "Journey", "Found"), found, (1, 3, 6), empty=empty)
    made.text(f"In journeys that this pack does not cover: {told['violations_elsewhere']}.")
    notes = [(one["number"], one["not_yet"]) for one in told["invariants"] if one["not_yet"]]
    made.heading("What these checks do not say", 2)
    made.table(("No.", "Not checked"), notes, (1, 9))


def _cited(made: Paper, newest: Mapping[str, Any] | None) -> None:
    made.heading("The whole record", 2)
    if newest is None:
        made.notice("It was not verified for this pack, and no earlier check is on record.")
        return
    made.notice(
        f"It was not verified for this pack. The newest check on record was at"
        f" {said(newest['at'])} UTC: {newest['says']}."
    )
