"""The passport of a journey on paper: what a receiving hospital or an inspector reads."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from atmpflow.products.spec import ProductSpec
from atmpflow.rules.late_entry import is_late
from desk.cli.products import limits_of
from desk.papers.paper import Paper
from tasks.passport.check import entries
from tasks.passport.make import Passport

Says = Mapping[str, Any]
Row = Mapping[str, Any]


def paper(passport: Passport) -> bytes:
    """The PDF of a passport; the same passport gives the same bytes."""
    says = passport.says
    journey = says["journey"]
    foot = f"Passport of {journey['coi']}, version {journey['version']}   SHA-256 {passport.digest}"
    made = Paper("Passport of a journey", journey["coi"], foot=foot)
    _front(made, says, passport.digest)
    for part in (_material, _shipments, _care, _quality, _signed, _timeline, _refused, _limits):
        part(made, says)
    return made.pdf()


def moment(text: str | None, *, seconds: bool = False) -> str:
    """A moment of the passport for people, UTC."""
    return (text or "")[: 19 if seconds else 16].replace("T", " ")


def _front(made: Paper, says: Says, digest: str) -> None:
    made.facts(_head(says))
    if says["verification"]["replay"]:
        made.notice("The state tables differ from the ledger: ask whoever made this passport why.")
    made.heading("What stands behind it")
    made.facts(_proof(says))
    made.heading("How to check it", 2)
    made.text(
        "The JSON file of the same name is the passport; this paper is for reading. The symbol"
        " below holds the SHA-256 of that file. Check it offline with `atmpflow passport verify`,"
        " or with the script verify_passport.py, which needs Python and nothing else, and with the"
        " public key that you were given by another way than this file."
    )
    journey = says["journey"]
    symbol = f"atmpflow passport\n{journey['coi']} version {journey['version']}\nSHA-256 {digest}"
    made.qr(f"{symbol}\npython3 verify_passport.py FILE passport.pub", f"SHA-256 {digest}", 38)


def _head(says: Says) -> Iterator[tuple[str, object]]:
    journey, product = says["journey"], says["product"]
    named = {one["ods_code"]: one["name"] for one in says["places"]}
    centre = journey["centre"]
    yield "Product", f"{product['name']} ({product['inn']}), {product['holder']}"
    yield "Pathway", journey["pathway"]
    yield "Treating centre", f"{named.get(centre, '')} ({centre})"
    yield "Trial", journey["trial"] or "none"
    yield "Patient", f"pseudonym {journey['person_id']}"
    yield "Opened (UTC)", moment(journey["opened_at"])
    ended = f"ended {moment(journey['ended_at'])}: {journey['ended']}"
    waits = f"waits for {journey['waits_for']} ({journey['waits_owner']})"
    yield "Stage", f"{journey['stage']}, {ended if journey['ended'] else waits}"
    if journey["held_by"]:
        yield "On hold", f"since {journey['held_by']}"


def _proof(says: Says) -> Iterator[tuple[str, object]]:
    journey, anchor = says["journey"], says["anchor"]
    yield "Made (UTC)", f"{moment(says['made']['at'], seconds=True)} by {says['made']['by']}"
    yield "Installation", says["made"]["installation"] or "no anchor was made yet"
    yield "Events", f"{journey['version']}, each sealed with the hash of the one before"
    yield "Hash of the last", journey["head"]
    yield "Anchor", _anchor(anchor, journey["version"])
    differs = says["verification"]["replay"]
    yield "State tables", "differ from the ledger" if differs else "are what the ledger says"
    last = says["verification"]["whole_record"]
    seen = f"{moment(last['observed_at'])}: {last['found']}" if last else "not yet"
    yield "Whole record verified", seen


def _anchor(anchor: Row | None, version: int) -> str:
    if anchor is None:
        return "none holds this journey yet"
    said = json.loads(anchor["line"])
    holds = f"anchor {said['number']} of {moment(said['at'], seconds=True)} holds events 1 to"
    later = version - anchor["version"]
    rest = f"; the {later} after it are in none yet" if later else ", which is all of them"
    return f"{holds} {anchor['version']}{rest}"


def _limits(made: Paper, says: Says) -> None:
    made.heading("Limits of the product")
    spec = ProductSpec.model_validate(says["product"])
    made.table(("What", "Figure", "Source"), limits_of(spec), (1, 2, 3))


def _timeline(made: Paper, says: Says) -> None:
    made.heading("Timeline")
    made.text("Times are UTC. The hash is the beginning of the one that seals the event.")
    hashes = [event["hash"] for event in says["events"]]
    rows = [_event(*one) for one in zip(entries(says), hashes, strict=True)]
    columns = ("#", "Happened", "Recorded", "Stage", "Event", "By", "Hash")
    made.table(columns, rows, (0.5, 2, 2, 1.7, 3, 3.4, 1.4))


def _event(entry: Row, digest: str) -> tuple[object, ...]:
    times = (entry["occurred_at"], entry["recorded_at"])
    late = is_late(entry["role"], *map(datetime.fromisoformat, times))
    recorded = moment(times[1]) + ("\nlate entry" if late else "")
    against = [one["code"] for one in entry["payload"].get("objections") or ()]
    name = "\n".join([entry["name"], *against])
    who = f"{entry['actor']}\n{entry['role']}"
    return entry["seq"], moment(times[0]), recorded, entry["stage"], name, who, digest[:10]


def _material(made: Paper, says: Says) -> None:
    made.heading("Units and custody")
    columns = ("Unit", "Kind", "From", "Batch", "State", "Expires (UTC)")
    made.table(columns, [_unit(one) for one in says["units"]])
    made.heading("Who held what", 2)
    columns = ("Unit", "From whom", "Held by", "From (UTC)", "Until (UTC)", "Scanned")
    made.table(columns, [_held(one) for one in says["custody"]])


def _unit(one: Row) -> tuple[object, ...]:
    named = (one[name] for name in ("unit", "kind", "parent", "batch", "state"))
    return *named, moment(one["expires_at"])


def _held(one: Row) -> tuple[object, ...]:
    times = moment(one["starts_at"]), moment(one["ends_at"]) or "now"
    return one["unit"], one["giver"], one["holder"], *times, _scans(one)


def _scans(held: Row) -> str:
    ends = (("giver", held["giver_scan"]), ("receiver", held["receiver_scan"]))
    return " and ".join(name for name, scan in ends if scan)


def _shipments(made: Paper, says: Says) -> None:
    made.heading("Shipments")
    columns = ("Leg", "Courier", "From, to", "Packed", "Received", "Logger", "Cold chain")
    made.table(
        columns, [_shipment(one) for one in says["shipments"]], (1, 1.6, 1.4, 1.4, 1.4, 1.5, 2)
    )
    made.heading("Files of the loggers", 2)
    files = [(one["logger"], moment(one["received_at"]), one["sha256"]) for one in says["files"]]
    made.table(("Logger", "Received (UTC)", "SHA-256"), files, (1.5, 1.3, 4.5))


def _shipment(one: Row) -> tuple[object, ...]:
    outside = one["minutes_outside"]
    verdict = one["verdict"] or "not judged yet"
    cold = verdict if outside is None else f"{verdict}\n{outside:g} min outside"
    reference = f"{one['courier']}\n{one['reference']}"
    way = f"{one['sender']}\n{one['receiver']}"
    times = moment(one["packed_at"]), moment(one["received_at"])
    return one["leg"], reference, way, *times, one["logger"], cold


def _care(made: Paper, says: Says) -> None:
    made.heading("Doses and follow-up")
    doses = [
        (one["dose"], one["unit"], moment(one["started_at"]), f"{one['volume_ml']:g} ml",
         one["given_by"], f"{one['first_checker']}\n{one['second_checker']}")
        for one in says["doses"]
    ]  # fmt: skip
    columns = ("Dose", "Unit", "Given (UTC)", "Volume", "By", "Identity checked by")
    made.table(columns, doses, (0.6, 2, 1.4, 1, 2, 2), empty="No dose was given yet.")
    visits = [
        (f"day {one['day']}", moment(one["due_at"]), moment(one["recorded_at"]) or "not yet")
        for one in says["visits"]
    ]
    made.table(("Visit", "Due (UTC)", "Recorded (UTC)"), visits, empty="No visit is due yet.")


def _quality(made: Paper, says: Says) -> None:
    made.heading("Deviations and findings")
    deviations = [
        (one["unit"], one["leg"], one["reasons"], one["decision"] or "open", one["decided_by"],
         one["justification"])
        for one in says["deviations"]
    ]  # fmt: skip
    columns = ("Unit", "Leg", "Reasons", "Decision", "By", "Justification")
    made.table(columns, deviations, empty="No deviation is on record.")
    findings = [
        (one["check_id"], one["severity"], moment(one["opened_at"]), one["found"], _closed(one))
        for one in says["findings"]
    ]
    columns = ("Check", "Severity", "Opened (UTC)", "Found", "Closed")
    made.table(columns, findings, (1.4, 0.9, 1.2, 3, 2.5), empty="No finding is on record.")


def _closed(one: Row) -> str:
    if one["closed_at"] is None:
        return "open"
    how = f"{moment(one['closed_at'])} {one['closed_how']}"
    return f"{how}: {one['justification']} ({one['decided_by']})" if one["decided_by"] else how


def _signed(made: Paper, says: Says) -> None:
    made.heading("Signatures")
    rows = [
        (f"{one['printed_name']} ({one['account']}, {one['role']})", one["meaning"],
         moment(one["signed_at"], seconds=True), one["methods"], one["version"],
         f"VOID: {one['void']}" if one["void"] else _used(one))
        for one in says["signatures"]
    ]  # fmt: skip
    columns = ("Signed by", "Meaning", "At (UTC)", "Proved by", "Record version", "Stands")
    made.table(columns, rows, (3, 1.1, 1.8, 1.3, 0.9, 1.6), empty="Nothing was signed.")


def _used(one: Row) -> str:
    return f"for event {one['event']}" if one["event"] else "not used"


def _refused(made: Paper, says: Says) -> None:
    made.heading("Commands that were refused")
    rows = [
        (moment(one["received_at"], seconds=True), one["name"], f"{one['actor']}, {one['role']}",
         one["code"], one["message"])
        for one in says["commands"]
        if one["outcome"] == "rejected"
    ]  # fmt: skip
    made.table(("At (UTC)", "Command", "By", "Code", "Why"), rows, (1.6, 1.6, 2, 1.5, 3.4))
