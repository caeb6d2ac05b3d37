"""Parts of the paper that say what is wanted: use, plan, requirements, risks, hazards."""

from itertools import groupby

from desk.papers.paper import Paper
from desk.validation import risk
from desk.validation.files import judged, outcomes, spoken
from desk.validation.pack import Pack
from desk.validation.sources import Hazard


def intended_use(paper: Paper, pack: Pack) -> None:
    """What the system is for, what it is not for, and which categories its parts are of."""
    use = pack.sources.statements.use
    paper.heading("Intended use and category")
    for text in use.intended:
        paper.text(text)
    paper.heading("What it is not for", 2)
    for text in use.not_for:
        paper.text(f"– {text}")
    paper.heading("GxP relevance and GAMP 5 categories", 2)
    paper.text(use.gxp)
    rows = [(one.part, one.category, one.why) for one in use.category]
    paper.table(("Part", "Category", "Why"), rows, (3, 1, 5))


def plan(paper: Paper, pack: Pack) -> None:
    """How this release is validated."""
    said = pack.sources.statements.plan
    paper.heading("Validation plan")
    paper.heading("Scope", 2)
    paper.text(said.scope)
    paper.heading("Approach", 2)
    for text in said.approach:
        paper.text(text)
    paper.heading("Acceptance criteria", 2)
    for number, text in enumerate(said.acceptance, 1):
        paper.text(f"{number}. {text}")
    paper.heading("Changes", 2)
    paper.text(said.changes)
    paper.heading("Roles", 2)
    rows = [(one.name, one.does) for one in pack.sources.statements.role]
    paper.table(("Role", "Responsibility"), rows, (1, 2))


def requirements(paper: Paper, pack: Pack) -> None:
    """User requirements by area."""
    paper.next_page()
    paper.heading("User requirements specification")
    every = pack.sources.requirements
    counts = {level: sum(one.risk == level for one in every) for level in ("high", "medium", "low")}
    said = ", ".join(f"{count} {level}" for level, count in counts.items())
    paper.text(f"{len(every)} requirements, by risk: {said}. Invariants are those of verify.")
    for area, some in groupby(every, key=lambda one: one.area):
        paper.heading(area, 2)
        rows = [(one.id, one.text, one.source, one.risk, ", ".join(one.functions)) for one in some]
        paper.table(("Number", "Requirement", "From", "Risk", "Function"), rows, (9, 40, 27, 8, 10))


def risk_assessment(paper: Paper, pack: Pack) -> None:
    """What could fail in each function."""
    paper.next_page()
    paper.heading("Functional risk assessment")
    paper.text(
        "After GAMP 5: severity and probability (before the measure) give a risk class; with how"
        " likely a failure is noticed, the priority. S, P, D: severity, probability, detection."
    )
    rows = [
        (
            function.id,
            failure.mode,
            failure.effect,
            f"S {failure.severity}\nP {failure.probability}\nD {failure.detection}",
            risk.priority(failure),
            failure.measure,
        )
        for function in pack.sources.functions
        for failure in function.failure
    ]
    columns = ("Function", "Failure", "Effect", "Weighed", "Priority", "Measure")
    paper.table(columns, rows, (10, 20, 18, 11, 9, 28))


def hazard_log(paper: Paper, pack: Pack) -> None:
    """Clinical hazards with their controls (DCB0129)."""
    paper.next_page()
    paper.heading("Clinical safety: hazard log (DCB0129)")
    paper.notice(
        "Written by the developers; not yet reviewed by a clinical safety officer (DEV-01)."
    )
    _scales(paper)
    paper.heading("Overview", 2)
    rows = [
        (one.id, one.title, ", ".join((*one.harms, *one.wrong)), _weighed(one), _left(one))
        for one in pack.sources.hazards
    ]
    paper.table(("Hazard", "", "Of", "Before", "After"), rows, (8, 34, 16, 20, 20))
    for one in pack.sources.hazards:
        _hazard(paper, pack, one)


def _scales(paper: Paper) -> None:
    paper.heading("Scales and acceptability", 2)
    rows = [
        (number, risk.SEVERITY[number - 1], risk.SEVERITY_MEANS[number],
         risk.LIKELIHOOD[number - 1], risk.LIKELIHOOD_MEANS[number])
        for number in (5, 4, 3, 2, 1)
    ]  # fmt: skip
    paper.table(("", "Severity", "Means", "Likelihood", "Means"), rows, (2, 8, 26, 8, 17))
    matrix = [(f"{risk.LIKELIHOOD[row]} likelihood", *risk.MATRIX[row]) for row in (4, 3, 2, 1, 0)]
    paper.table(("Clinical risk", *risk.SEVERITY), matrix, (2, 1, 1, 1, 1, 1))
    rows = [(number, text) for number, text in risk.ACCEPTABILITY.items()]
    paper.table(("Risk", "Acceptability"), rows, (1, 10))
    of = [(key, text) for key, text in (*risk.HARMS.items(), *risk.WRONG.items())]
    paper.table(("", "Harm (H), or what goes wrong with a therapy (D)"), of, (1, 10))


def _words(severity: int, likelihood: int) -> str:
    means = f"{risk.SEVERITY[severity - 1]}, {risk.LIKELIHOOD[likelihood - 1].lower()}"
    return f"{risk.clinical(severity, likelihood)} ({means})"


def _weighed(one: Hazard) -> str:
    return _words(one.severity_before, one.likelihood_before)


def _left(one: Hazard) -> str:
    return _words(one.severity_after, one.likelihood_after)


def _evidence(test: str) -> str:
    file, sentence = spoken(test)
    return f"– {sentence} ({file})"


def _hazard(paper: Paper, pack: Pack, one: Hazard) -> None:
    paper.heading(f"{one.id} {one.title}", 3)
    paper.facts(
        (
            ("Hazard", one.hazard),
            ("Effect on patients", one.effect),
            ("Causes", "; ".join(one.causes)),
            ("Risk before controls", _weighed(one)),
        )
    )
    rows = [
        (
            control.id.rpartition("-")[2],
            control.text,
            "\n".join(_evidence(test) for test, _, _, _ in outcomes(pack, control)),
            judged(pack, control),
        )
        for control in one.control
    ]
    paper.table(("", "Control", "Evidence", "Result"), rows, (3, 24, 42, 8))
    paper.facts(
        (
            ("Risk that is left", _left(one)),
            ("Why it is accepted", one.residual),
            ("Left to the user (DCB0160)", " ".join(one.transferred) or "Nothing further."),
            ("Owner", one.owner),
        )
    )


PARTS = (intended_use, plan, requirements, risk_assessment, hazard_log)
