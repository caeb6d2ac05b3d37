"""Parts of the paper that say what it rests on, what is open, and who signs."""

from collections import Counter

from desk.papers.paper import Paper
from desk.validation import bill
from desk.validation.pack import Pack, open_points
from desk.validation.sources import Supplier

ROOM = "\n\n\n"
"""Height of a line to sign on."""


def suppliers(paper: Paper, pack: Pack) -> None:
    """What is known of those whose software this rests on."""
    paper.next_page()
    paper.heading("Supplier assessments")
    paper.text(
        "From public documents, source and our own measurements. No supplier was audited on site"
        " or has taken part."
    )
    for one in pack.sources.statements.supplier:
        _supplier(paper, pack, one)


def _supplier(paper: Paper, pack: Pack, one: Supplier) -> None:
    versions = {found.name: found.installed for found in pack.installation.packages}
    servers = [check.found for check in pack.installation.checks if check.name == "postgresql"]
    version = versions.get(one.package) or ", ".join(servers)
    paper.heading(one.name, 2)
    paper.facts(
        (
            ("Version here", version),
            ("Maker, licence", one.maker),
            ("Used for", one.use),
            ("Supplier risk", one.risk),
        )
    )
    rows = [(fact.text, fact.source, fact.measure) for fact in one.fact]
    paper.table(("What is known", "From", "What follows"), rows, (11, 6, 8))
    paper.text(f"Conclusion: {one.conclusion}")


def materials(paper: Paper, pack: Pack) -> None:
    """The bill of materials in short."""
    parts = pack.bill.parts
    paper.next_page()
    paper.heading("Bill of materials")
    valid = "NOT VALID" if pack.bill.problems else "valid against its schema"
    paper.text(
        f"{len(parts)} components, in sbom.cdx.json ({bill.made_with()}, {valid}): what"
        " requirements.lock names for this machine, and the PostgreSQL server inside the wheel."
        " Libraries inside other wheels (of PostgreSQL, psycopg, cryptography, numpy) are not"
        " listed one by one."
    )
    counted = Counter(bill.licence(part) or "not declared" for part in parts)
    rows = sorted(counted.items(), key=lambda one: (-one[1], one[0]))
    paper.table(("Licence as declared", "Components"), rows, (4, 1))
    rows = [(part["name"], part["version"], bill.licence(part)) for part in parts]
    paper.table(("Component", "Version", "Licence"), rows, (3, 2, 4))


def vulnerabilities(paper: Paper, pack: Pack) -> None:
    """What pip-audit was told, or that it was told nothing."""
    audit = pack.audit
    paper.heading("Known vulnerabilities")
    if not audit.done:
        paper.notice(f"NOT DONE. {audit.state.capitalize()}. This is no clean result.")
    paper.facts(
        (
            ("State", audit.state),
            ("How", audit.how),
            ("Reason", audit.reason),
            ("Packages answered for", audit.asked),
            ("Vulnerabilities known", len(audit.found) if audit.document else "unknown"),
        )
    )
    if audit.document is not None:
        rows = [
            (one.package, one.version, one.id, one.aliases, one.fixed_in) for one in audit.found
        ]
        columns = ("Package", "Version", "Number", "Also known as", "Fixed in")
        paper.table(columns, rows, empty="None known of the packages that were answered for.")
    paper.text("PostgreSQL itself is not in pip-audit's knowledge: see DEV-10.")


def deviations(paper: Paper, pack: Pack) -> None:
    """Known limits, and what they mean."""
    paper.next_page()
    paper.heading("Deviations and known limits")
    rows = [
        (one.id, f"{one.title}. {one.text}", one.impact, one.until)
        for one in pack.sources.statements.deviation
    ]
    paper.table(("Number", "What", "Impact", "Until"), rows, (5, 18, 11, 13))


def review(paper: Paper, pack: Pack) -> None:
    """When it is looked at again."""
    paper.heading("Periodic review")
    for text in pack.sources.statements.review.text:
        paper.text(text)


def summary(paper: Paper, pack: Pack) -> None:
    """What it all comes to, what stands open, and lines to sign on."""
    points = open_points(pack)
    paper.next_page()
    paper.heading("Summary and signatures")
    if points:
        paper.notice(f"{len(points)} points stand open and must be settled or accepted first.")
    else:
        paper.text("Every acceptance criterion of the plan that this pack can show is met.")
    paper.table(("Part", "Open"), points, (1, 5), empty="Nothing stands open.")
    paper.text(
        "Besides these, the deviations above hold for every release. The undersigned have reviewed"
        " this pack; what was generated is not approved until they have signed."
    )
    paper.heading("For signature", 2)
    rows = [(f"{one.name}{ROOM}", one.signs, "", "", "") for one in pack.sources.statements.role]
    paper.table(("Role", "Meaning", "Name", "Date", "Signature"), rows, (4, 3, 4, 2, 4))
    paper.text("Other files of this pack and their digests: manifest.json, SHA256SUMS.")


PARTS = (suppliers, materials, vulnerabilities, deviations, review, summary)
