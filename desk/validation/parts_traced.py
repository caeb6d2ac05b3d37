"""Parts of the paper that say how it is answered: functions, configuration, traceability."""

from collections.abc import Iterator, Sequence

from desk.papers.paper import Paper
from desk.validation.files import counted, outcomes, spoken
from desk.validation.pack import Pack
from desk.validation.sources import Tried


def functions(paper: Paper, pack: Pack) -> None:
    """Functional specification: what answers each requirement, and where it stands."""
    paper.next_page()
    paper.heading("Functional specification")
    paper.text("Design and decisions are in the pages that are named; their digests are below.")
    rows = [
        (
            one.id,
            f"{one.title}. {one.text}",
            "\n".join((*one.modules, *one.pages)),
            ", ".join(of.id for of in pack.sources.requirements if one.id in of.functions),
        )
        for one in pack.sources.functions
    ]
    paper.table(("Number", "Function", "Where", "Answers"), rows, (9, 34, 26, 14))


def configuration(paper: Paper, pack: Pack) -> None:
    """Configuration specification: settings, products, the process map, documents."""
    has = pack.configuration
    paper.next_page()
    paper.heading("Configuration specification")
    paper.text("As it was where this pack was made. What may hold a password is never shown.")
    paper.heading("Settings", 2)
    paper.table(("Setting", "What it is", "Value"), has.settings, (5, 4, 4))
    paper.heading("Product files", 2)
    paper.text("Each figure must be held against the current SmPC by the site (DEV-04).")
    paper.table(("Code", "Product", "File", "SHA-256"), has.products, (3, 3, 4, 10))
    paper.heading("Loggers' formats of the site", 2)
    paper.table(
        ("File", "SHA-256"), has.formats, (1, 3), empty="None besides those of the package."
    )
    paper.heading("Process map", 2)
    rows = [(one.name, one.flow, one.starts, one.pool) for one in has.deployments]
    paper.table(("Deployment", "Flow", "Started by", "Pool"), rows, (4, 4, 5, 2))
    paper.heading("Compliance checks", 2)
    paper.table(("Cadence", "Checks"), has.checks, (1, 4))
    paper.heading("Documents", 2)
    paper.text("System description, user's and administrator's procedures.")
    paper.table(("Page", "SHA-256"), has.documents, (2, 3))


def traceability(paper: Paper, pack: Pack) -> None:
    """The matrix: requirement, function, test, result; and the same of each control."""
    paper.next_page()
    paper.heading("Traceability matrix")
    paper.text(
        "Files are those of the folder tests; the name of a test is its sentence with underscores"
        " and test_ in front (whole in traceability.csv). A long test is not in the default run"
        " and stands beside tests that are. Cases are the values that one test was run with."
    )
    columns = ("Number", "Function", "File", "Test", "Cases", "Result")
    shares = (10, 10, 31, 44, 7, 9)
    paper.heading("Requirements", 2)
    for_each = [
        row
        for one in pack.sources.requirements
        for row in _rows(pack, one.id, "\n".join(one.functions), one)
    ]
    paper.table(columns, for_each, shares)
    paper.heading("Controls of hazards", 2)
    for_each = [row for one in pack.sources.controls() for row in _rows(pack, one.id, "", one)]
    paper.table(columns, for_each, shares)


def _rows(pack: Pack, of: str, functions: str, one: Tried) -> Iterator[Sequence[object]]:
    for number, (test, long, outcome, cases) in enumerate(outcomes(pack, one)):
        file, sentence = spoken(test)
        first = number == 0
        start = (of, functions) if first else ("", "")
        yield *start, file, f"{sentence} ({long})" if long else sentence, cases or "", outcome


def coverage(paper: Paper, pack: Pack) -> None:
    """How many of what passed."""
    paper.heading("Coverage", 2)
    rows = [
        (kind, every, passed, failed, every - passed - failed)
        for kind, (every, passed, failed) in counted(pack).items()
    ]
    paper.table(("", "All", "Passed", "Failed", "Not shown"), rows, (3, 1, 1, 1, 1))


PARTS = (functions, configuration, traceability, coverage)
