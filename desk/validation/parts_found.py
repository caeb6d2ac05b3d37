"""Parts of the paper that say what was found: installation, operation, performance."""

from collections.abc import Iterator, Sequence

from desk.papers.paper import Paper
from desk.validation.files import spoken
from desk.validation.pack import Pack
from desk.validation.results import Run, summed


def installation(paper: Paper, pack: Pack) -> None:
    """Installation qualification."""
    found = pack.installation
    paper.next_page()
    paper.heading("Installation qualification report")
    paper.text(
        "What is installed beside the lock file, and a fresh embedded database, made for this and"
        " removed again, with the checks of atmpflow doctor. The digest of each archive in the"
        " lock file is held by the installer; here the version of each package is compared, and"
        " every file with the digest that its package was packed with. On the site's own server"
        " run atmpflow doctor and keep its report with this pack."
    )
    rows = [
        (one.name, one.state if one.state == "ok" else one.state.upper(), one.found, one.remedy)
        for one in found.checks
    ]
    paper.table(("Check", "Result", "Found", "What to do"), rows, (4, 2, 7, 5))
    paper.heading("Packages", 2)
    rows = [
        (one.name, one.locked, one.installed, one.files, "right" if one.right else "OTHER")
        for one in found.packages
    ]
    paper.table(("Package", "Locked", "Installed", "Files", "Result"), rows, (4, 3, 3, 2, 2))
    _guards(paper, pack)


def _guards(paper: Paper, pack: Pack) -> None:
    guards = pack.installation.guards
    paper.heading("Roles of the database", 2)
    names = ("Role", "Logs in", "Superuser", "Makes databases", "Makes roles", "Passes by policies")
    rows = [(role, *("yes" if one else "no" for one in may)) for role, *may in guards.roles]
    paper.table(names, rows, (3, 2, 2, 3, 2, 3))
    paper.heading("Constraints", 2)
    paper.table(("Schema", "Kind", "How many"), guards.constraints, (1, 2, 1))
    paper.heading("Rights of the application", 2)
    paper.text("Single columns that may be changed are granted by column and not listed here.")
    paper.table(("Table", "May"), guards.rights, (1, 1))
    paper.heading("Triggers", 2)
    columns = ("Table", "Trigger", "Function", "Holds")
    paper.table(columns, guards.triggers, (5, 8, 6, 3))


def operation(paper: Paper, pack: Pack) -> None:
    """Operation qualification: what the tests came to; the sensitivity of the tests themselves."""
    paper.next_page()
    paper.heading("Operation qualification report")
    if pack.run is None:
        paper.notice("No results of tests were given. Operation was not qualified.")
    else:
        same = "the commit of this pack" if pack.of_this_commit else "ANOTHER COMMIT"
        paper.facts(
            (
                ("Run at", pack.run.at),
                ("Of commit", f"{pack.run.commit or 'unknown'}: {same}"),
                ("Command", "bin/uv run pytest, as the gate .ci/run runs it"),
            )
        )
        paper.table(("Outcome", "Tests", "Cases"), list(summed(pack.run)), (2, 1, 1))
    paper.text("Per requirement: the traceability matrix. Every test: Annex A, and tests.csv.")
    _further(paper, pack)


def _further(paper: Paper, pack: Pack) -> None:
    paper.heading("Are the tests themselves right? Long measurements", 2)
    paper.text("Only what was measured for this pack stands here with a result.")
    rows = [
        (one.of.title, one.of.shows, one.command, one.outcome, f"{one.seconds:.0f} s")
        if one.exit_code is not None
        else (one.of.title, one.of.shows, one.command, one.outcome, "")
        for one in pack.further
    ]
    paper.table(("", "What it shows", "Command", "Result", "Took"), rows, (3, 6, 5, 2, 1))
    for one in pack.further:
        if one.said:
            paper.heading(one.of.title, 3)
            paper.code(one.said)


def performance(paper: Paper, pack: Pack) -> None:
    """Performance qualification: scripted journeys on this configuration."""
    paper.next_page()
    paper.heading("Performance qualification report")
    paper.text(
        "Simulated people carry journeys through the real engine: PostgreSQL, Prefect server,"
        " worker and relay, with the settings, product files and process map of the configuration"
        " specification, in a place of its own. Afterwards every invariant of the record is"
        f" verified and every ledger replayed. Referrals: {pack.referrals}."
    )
    if not pack.scripts:
        paper.notice("Not done for this pack.")
    for script in pack.scripts:
        paper.heading(script.said or "Journeys of all pathways", 2)
        verified = f"whole, {script.invariants} invariants hold" if script.verified else "NOT WHOLE"
        paper.facts(
            (
                ("Command", script.command),
                ("Result", "right" if script.right else f"NOT RIGHT, exit code {script.exit_code}"),
                ("Record", verified),
                ("Took", f"{script.seconds:.0f} s"),
            )
        )
        rows = [
            (one.coi, one.pathway, one.product, one.ended_at, one.events) for one in script.journeys
        ]
        columns = ("Journey", "Pathway", "Product", "Came to", "Events")
        paper.table(columns, rows, (6, 5, 4, 5, 2), empty="No journey.")
    paper.heading("What the site adds", 2)
    paper.text(
        "Its own journeys with its own people, scanners, printers, loggers, couriers and network;"
        " an outage drill; a restore drill with its own backup; the time people need."
    )


def every_test(paper: Paper, pack: Pack) -> None:
    """Annex A: each test with its outcome and how long it took."""
    paper.next_page()
    paper.heading("Annex A: every test")
    if pack.run is None:
        paper.text("No results were given.")
        return
    paper.table(("File", "Test", "Cases", "Outcome", "Seconds"), _each(pack.run), SHARES)


SHARES = (31, 50, 7, 9, 9)


def _each(run: Run) -> Iterator[Sequence[object]]:
    before = ""
    for _, one in sorted(run.results.items()):
        file, sentence = spoken(one.test)
        why = [f"skipped: {reason}" for reason in sorted(one.reasons)]
        cases = one.passed + one.failed + one.skipped
        words = "\n".join((sentence or "the file itself", *why))
        yield "" if file == before else file, words, cases, one.outcome, f"{one.seconds:.2f}"
        before = file


PARTS = (installation, operation, performance)
