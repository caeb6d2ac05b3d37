"""The paper of a pack, made from its archive alone, so that the two say the same."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from desk.inspection.archive import MANIFEST, Pack
from desk.inspection.derived import DERIVED, LACKING, PEOPLE, TRACE
from desk.inspection.verified import verdict, verification_chapter
from desk.inspection.words import cells, counted, said
from desk.papers.paper import Paper
from models.inspection.part import Part, parts

Rows = list[Mapping[str, Any]]

COUNTED = ("figures", "outcomes", "journeys")
OF_ALL = ("deviations", "findings", "holds", "safety", "rejected")
"""What the summary shows over all journeys before the chapters of each, where there are several."""

MOST = 100
"""Rows of a table of the summary; the archive has all of them."""

PARTS = {one.name: one for one in (*parts(), *DERIVED)}
OF_ACCOUNTS = tuple(one for one in parts() if one.of == "accounts")
OF_JOURNEY = (
    *(one for one in parts() if one.of == "journeys" and one.name != "journeys"),
    PEOPLE,
    LACKING,
)


def paper(pack: Pack, archive: str, archive_sha256: str) -> bytes:
    """The PDF; the same archive gives the same bytes."""
    about, manifest = pack.told("pack.json"), pack.told(MANIFEST)
    foot = f"Inspection pack, {_scope(about['scope'])}; archive {archive_sha256[:16]}"
    made = Paper("Inspection pack", _scope(about["scope"]), foot=foot, wide=True)
    _front(made, about, manifest, (archive, archive_sha256))
    verification = pack.told("verification.json")
    _verdict(made, pack, verification)
    made.next_page()
    made.contents()
    _summary(made, pack)
    verification_chapter(made, verification)
    made.heading("Traceability")
    _table(made, TRACE, pack.told("parts/trace.json"))
    _people(made, pack)
    if about["extent"] == "whole":
        _journeys(made, pack)
    _annex(made, manifest)
    return made.pdf()


def _scope(scope: Mapping[str, Any]) -> str:
    """What was asked for, in words."""
    names = {"journey": f"journey {scope['text']}", "batch": f"batch or lot {scope['text']}"}
    site = f"site {scope['site']}" if scope["site"] else "every site"
    words = names.get(scope["kind"], site)
    if scope["since"]:
        words += f", {said(scope['since'])} until just before {said(scope['until'])} UTC"
    return words


def _front(
    made: Paper, about: Mapping[str, Any], manifest: Mapping[str, Any], archive: tuple[str, str]
) -> None:
    made.facts(
        [
            (
                "What it covers",
                f"{_scope(about['scope'])}: {counted(len(about['journeys']), 'journey')}",
            ),
            ("Extent", about["extent"]),
            ("Made", f"{said(about['made_at'])} UTC by {about['made_by']}"),
            ("Seen as", about["seen_as"] or "whoever runs the installation: the whole record"),
            ("Record", f"installation {about['installation']}, atmpflow {about['atmpflow']}"),
            ("Left out", "\n".join(about["left_out"])),
            ("Archive that belongs to it", f"{archive[0]}\nSHA-256 {archive[1]}"),
            ("Digest of the record's content", manifest["content_sha256"]),
        ]
    )
    made.text(
        "Every moment is in UTC. Patients and donors stand under opaque ids. All rows of this paper"
        " are in the archive too, as tables for a spreadsheet and as JSON."
    )


def _verdict(made: Paper, pack: Pack, verification: Mapping[str, Any]) -> None:
    """What to know first."""
    figures = {one["figure"]: one["count"] for one in pack.told("parts/figures.json")}
    lacks = len(pack.told("parts/lacking.json"))
    lines = (
        ("not decided", figures["deviations not decided"], "deviation", ""),
        ("open", figures["findings that are open"], "finding", ""),
        ("on hold", figures["journeys that are open and on hold"], "journey", ""),
        ("void", figures["signatures that are void"], "signature", ""),
        ("late", figures["late entries"], "entry", "entries"),
        ("without training, appointment or account", lacks, "deed", ""),
    )
    said_of = "; ".join(f"{counted(many, *one)} {what}" for what, many, *one in lines)
    made.notice(f"{verdict(verification)}\n{said_of}.")


def _summary(made: Paper, pack: Pack) -> None:
    made.heading("Summary")
    chosen = pack.told("pack.json")["journeys"]
    for name in COUNTED:
        _part(made, PARTS[name], pack.told(f"parts/{name}.json"))
    made.heading("Which journeys, and why they belong here", 2)
    made.table(("Journey", "Why"), [(one["coi"], one["why"]) for one in chosen], (1, 3))
    if len(chosen) == 1 and pack.told("pack.json")["extent"] == "whole":
        return
    for name in OF_ALL:
        _part(made, PARTS[name], pack.told(f"parts/{name}.json"), with_coi=True)
    made.heading("Late entries", 2)
    late = [one for one in pack.told("parts/timeline.json") if one["late"]]
    _table(made, PARTS["timeline"], late, with_coi=True, empty="No entry was late.")


def _part(made: Paper, part: Part, rows: Rows, *, with_coi: bool = False, level: int = 2) -> None:
    made.heading(part.title, level, listed=level < 3)
    made.text(part.says)
    _table(made, part, rows, with_coi=with_coi and part.of == "journeys")


def _table(
    made: Paper, part: Part, rows: Rows, *, with_coi: bool = False, empty: str | None = None
) -> None:
    head, shares = [one.head for one in part.columns], [one.share for one in part.columns]
    shown = rows[:MOST] if with_coi or part.of == "summary" else rows
    body: list[Sequence[str]] = [cells(part, row) for row in shown]
    if with_coi:
        head, shares = ["Journey", *head], [15, *shares]
        body = [[row["coi"], *one] for row, one in zip(shown, body, strict=True)]
    made.table(head, body, shares, empty=empty or part.empty)
    if len(shown) < len(rows):
        made.text(f"The first {MOST} of {len(rows)}; the archive has all: parts/{part.name}.json.")


def _people(made: Paper, pack: Pack) -> None:
    made.heading("People and sites")
    _part(made, LACKING, pack.told("parts/lacking.json"), with_coi=True)
    for part in OF_ACCOUNTS:
        _part(made, part, pack.told(f"parts/{part.name}.json"))


def _journeys(made: Paper, pack: Pack) -> None:
    """A chapter of each journey, from rows that were sorted by journey once."""
    rows = {one.name: _by_journey(pack, one.name) for one in OF_JOURNEY}
    for journey in pack.told("parts/journeys.json"):
        coi = journey["coi"]
        made.next_page()
        made.heading(f"Journey {coi}")
        made.facts(_facts(journey))
        for part in OF_JOURNEY:
            _part(made, part, rows[part.name].get(coi, []), level=3)
            if part.name in PICTURES:
                _pictures(made, pack, coi, PICTURES[part.name])


PICTURES = {"custody": "custody", "shipments": "leg-"}
"""After which table which pictures stand."""

CAPTIONS = {
    "custody": "Who held what. Black: at a site. Striped: on the road. Circles: hand-overs.",
    "leg-": "Temperatures of one leg, with the product's limits, hand-overs and the verdict.",
}


def _by_journey(pack: Pack, name: str) -> dict[str, Rows]:
    found: dict[str, Rows] = defaultdict(list)
    for row in pack.told(f"parts/{name}.json"):
        found[row["coi"]].append(row)
    return found


def _facts(journey: Mapping[str, Any]) -> list[tuple[str, str]]:
    due = said(journey["waits_until"])
    waits = f"{journey['waits_for']} by {journey['waits_owner']}, due {due}"
    ended = f"{journey['ended']} {said(journey['ended_at'])}"
    return [
        ("Product, pathway", f"{journey['product']}, {journey['pathway']}"),
        ("Centre", f"{journey['centre']} {said(journey['centre_name'])}"),
        ("Referred by", said(journey["referred_by"])),
        ("Trial", said(journey["trial"]) or "none"),
        ("Patient (opaque id)", journey["person"]),
        ("Opened (UTC)", said(journey["opened_at"])),
        ("Stage, version", f"{journey['stage']}, {journey['version']}"),
        ("Held by", said(journey["held_by"]) or "not on hold"),
        ("Ended", ended if journey["ended"] else "open"),
        ("Waits for", waits if journey["waits_for"] else "nothing"),
        ("Head of its chain", journey["head"]),
    ]


def _pictures(made: Paper, pack: Pack, coi: str, what: str) -> None:
    begins = f"journeys/{coi}/{coi}-{what}"
    for name in sorted(pack.names):
        if name.startswith(begins) and name.endswith(".png"):
            made.picture(pack.read(name), f"{CAPTIONS[what]} In the archive: {name}", width_mm=235)


def _annex(made: Paper, manifest: Mapping[str, Any]) -> None:
    made.next_page()
    made.heading("How to check the archive")
    made.text(
        "Unpack it and run the first line; or have this program do it with the second. That the"
        " archive is the one that belongs to this paper is shown by its SHA-256 on the first page."
    )
    made.code("sha256sum -c SHA256SUMS\natmpflow inspect --check FILE")
    made.text(f"It holds {len(manifest['members'])} files. Tables and documents:")
    rows = [
        (one["name"], one.get("rows", ""), one["size"], one["sha256"])
        for one in manifest["members"]
        if not one["name"].startswith("tables/")
    ]
    made.table(("File", "Rows", "Bytes", "SHA-256"), rows, (42, 6, 8, 44))
