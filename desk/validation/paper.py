"""The paper of a pack, part after part."""

from collections.abc import Iterator

from desk.papers.paper import Paper
from desk.validation import parts_found, parts_said, parts_supply, parts_traced
from desk.validation.files import counted
from desk.validation.pack import Pack, open_points
from desk.validation.results import summed

SUBTITLE = "User requirements, risks, tests and their results, for one release of atmpflow"

DRAFT = (
    "For review and signature. This pack was generated from the repository; nobody has approved"
    " it. It is evidence for the validation of a system at a site, and not that validation."
)


class NumberedPaper(Paper):
    """Headings of the first two levels are numbered; an annex has its letter."""

    def __init__(self, title: str, subtitle: str, *, foot: str) -> None:
        super().__init__(title, subtitle, foot=foot)
        self._numbers = [0, 0]

    def heading(self, text: str, level: int = 1, *, listed: bool = True) -> None:
        """A heading with its number."""
        if level == 1 and not text.startswith("Annex"):
            self._numbers = [self._numbers[0] + 1, 0]
            text = f"{self._numbers[0]}  {text}"
        elif level == 2:
            self._numbers[1] += 1
            text = f"{self._numbers[0]}.{self._numbers[1]}  {text}"
        super().heading(text, level, listed=listed)


def printed(pack: Pack) -> bytes:
    """The paper as PDF."""
    release = pack.release
    foot = f"atmpflow {release.version} · {release.commit} · made {release.at:%Y-%m-%d %H:%M} UTC"
    paper = NumberedPaper("Validation pack", SUBTITLE, foot=foot)
    _front(paper, pack)
    paper.contents(depth=2)
    for part in (
        *parts_said.PARTS, *parts_traced.PARTS, *parts_found.PARTS, *parts_supply.PARTS,
        parts_found.every_test,
    ):  # fmt: skip
        part(paper, pack)
    return paper.pdf()


def _front(paper: Paper, pack: Pack) -> None:
    release, points = pack.release, open_points(pack)
    paper.facts(
        (
            ("Release", f"atmpflow {release.version}"),
            ("Commit", release.commit),
            ("Of", release.subject),
            ("Lock file", f"requirements.lock, SHA-256 {release.lock_sha256}"),
            ("Made", f"{release.at:%Y-%m-%d %H:%M:%S} UTC"),
        )
    )
    paper.notice(DRAFT)
    rows = [*_glance(pack), ("Open points", len(points) or "none", "Summary and signatures")]
    paper.table(("At a glance", "", "Where"), rows, (3, 4, 3))
    paper.next_page()


def _glance(pack: Pack) -> Iterator[tuple[str, object, str]]:
    """Each part of the qualification in a line."""
    for kind, (every, passed, failed) in counted(pack).items():
        said = f"{passed} of {every} passed" if pack.run else f"{every}, NONE SHOWN"
        said += f", {failed} FAILED" if failed else ""
        yield kind, said, "Traceability matrix"
    failing = sum(one.state == "fail" for one in pack.installation.checks)
    said = f"{failing} checks FAILED" if failing else "every check is right"
    yield "Installation", said, "Installation qualification report"
    yield "Tests", _tests(pack), "Operation qualification report"
    right = sum(one.right for one in pack.scripts)
    said = f"{right} of {len(pack.scripts)} scripts right" if pack.scripts else "NOT DONE"
    yield "Scripted journeys", said, "Performance qualification report"
    yield "Components", f"{len(pack.bill.parts)} in the bill of materials", "Bill of materials"
    audit = pack.audit
    said = f"{len(audit.found)} known" if audit.done else f"NOT DONE: {audit.state}"
    yield "Vulnerabilities", said, "Known vulnerabilities"


def _tests(pack: Pack) -> str:
    if pack.run is None:
        return "NOT DONE: no results were given"
    said = ", ".join(f"{tests} {outcome}" for outcome, tests, _ in summed(pack.run))
    return said if pack.of_this_commit else f"{said}; of ANOTHER COMMIT"
