"""The files of a pack: the paper, tables for machines, and a manifest of all of them."""

import csv
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from io import StringIO
from pathlib import Path
from typing import Any

from atmpflow.errors import Refused
from desk.validation import risk
from desk.validation.pack import Pack, open_points
from desk.validation.release import digest
from desk.validation.sources import Requirement, Tried
from desk.validation.trace import covered

PAPER = "validation-pack.pdf"
MANIFEST = "manifest.json"
SUMS = "SHA256SUMS"


def new_folder(folder: Path) -> Path:
    """An empty folder. Raises `Refused` (folder-not-empty): no pack is written over another."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Refused(
            "folder-not-empty",
            "out",
            f"{folder} holds something already.",
            "Name a new folder: a pack is never written over another.",
        )
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def tables(pack: Pack) -> dict[str, bytes]:
    """Everything but the paper, by name of file."""
    made = {
        "traceability.csv": _csv(TRACE, traceability(pack)),
        "hazards.csv": _csv(HAZARDS, _hazards(pack)),
        "traceability.json": _json(_as_json(pack)),
        "pack.json": _json(_summary(pack)),
        "sbom.cdx.json": _json(pack.bill.document),
    }
    if pack.run is not None:
        made["tests.csv"] = _csv(TESTS, _tests(pack))
    if pack.audit.document is not None:
        made["pip-audit.json"] = _json(pack.audit.document)
    return made


def write(folder: Path, content: dict[str, bytes], pack: Pack) -> None:
    """Write every file, then the manifest with the digest of each, and sums for `sha256sum -c`."""
    for name, bytes_ in content.items():
        (folder / name).write_bytes(bytes_)
    files = {name: digest(folder / name) for name in sorted(content)}
    manifest = {
        "release": pack.release.version,
        "commit": pack.release.commit,
        "requirements.lock": pack.release.lock_sha256,
        "made_at": pack.release.at,
        "files": files,
    }
    (folder / MANIFEST).write_bytes(_json(manifest))
    files[MANIFEST] = digest(folder / MANIFEST)
    sums = "".join(f"{value}  {name}\n" for name, value in files.items())
    (folder / SUMS).write_text(sums, encoding="ascii")


TRACE = ("id", "text", "source", "risk", "functions", "test", "long", "outcome", "cases")
HAZARDS = (
    "id", "title", "hazard", "effect", "severity_before", "likelihood_before", "risk_before",
    "control", "control_text", "tests", "outcome", "severity_after", "likelihood_after",
    "risk_after", "residual", "transferred", "owner",
)  # fmt: skip
TESTS = ("test", "outcome", "passed", "failed", "skipped", "seconds", "reasons")


def traceability(pack: Pack) -> Iterator[Sequence[object]]:
    """A row for each test of each requirement and control."""
    for one in pack.sources.requirements:
        start = (one.id, one.text, one.source, one.risk, " ".join(one.functions))
        yield from ((*start, *row) for row in outcomes(pack, one))
    for hazard in pack.sources.hazards:
        for control in hazard.control:
            start = (control.id, control.text, "DCB0129", f"risk {risk.before(hazard)}", "")
            yield from ((*start, *row) for row in outcomes(pack, control))


def outcomes(pack: Pack, one: Tried) -> Iterator[tuple[str, str, str, int]]:
    """Each test: its name, whether it is a long one, what came of it, and of how many cases."""
    for long, tests in (("", one.tests), ("long", one.slow)):
        for test in tests:
            found = pack.run.results.get(test) if pack.run else None
            cases = found.passed + found.failed + found.skipped if found else 0
            yield test, long, found.outcome if found else "not run", cases


def spoken(test: str) -> tuple[str, str]:
    """The file of a test below `tests`, and its name as the sentence that it is."""
    file, _, name = test.removeprefix("tests/").partition("::")
    return file, name.removeprefix("test_").replace("_", " ")


def judged(pack: Pack, one: Tried) -> str:
    """What a requirement or control comes to."""
    return covered(one, pack.run) if pack.run else "not run"


def counted(pack: Pack) -> dict[str, tuple[int, int, int]]:
    """Of requirements and of controls: how many there are, passed, failed."""
    said = {
        "Requirements": pack.sources.requirements,
        "Controls of hazards": pack.sources.controls(),
    }
    found = {kind: [judged(pack, one) for one in some] for kind, some in said.items()}
    return {
        kind: (len(some), some.count("passed"), some.count("failed"))
        for kind, some in found.items()
    }


def _hazards(pack: Pack) -> Iterator[Sequence[object]]:
    for one in pack.sources.hazards:
        for control in one.control:
            yield (
                one.id, one.title, one.hazard, one.effect, one.severity_before,
                one.likelihood_before, risk.before(one), control.id, control.text,
                " ".join(control.tests), judged(pack, control), one.severity_after,
                one.likelihood_after, risk.after(one), one.residual, " ".join(one.transferred),
                one.owner,
            )  # fmt: skip


def _tests(pack: Pack) -> Iterator[Sequence[object]]:
    assert pack.run is not None  # noqa: S101 - asked for only then
    for _, one in sorted(pack.run.results.items()):
        reasons = "; ".join(sorted(one.reasons))
        counted = (one.passed, one.failed, one.skipped, round(one.seconds, 3))
        yield one.test, one.outcome, *counted, reasons


def _as_json(pack: Pack) -> list[dict[str, Any]]:
    return [
        {
            "id": of,
            "kind": "requirement" if isinstance(one, Requirement) else "control",
            **one.model_dump(exclude={"tests", "slow"}),
            "outcome": judged(pack, one),
            "tests": [
                dict(zip(("test", "long", "outcome", "cases"), row, strict=True))
                for row in outcomes(pack, one)
            ],
        }
        for of, one in pack.sources.tried()
    ]


def _summary(pack: Pack) -> dict[str, Any]:
    return {
        "release": asdict(pack.release),
        "complete": not open_points(pack),
        "open": [{"part": part, "says": says} for part, says in open_points(pack)],
        "results_of": pack.run.commit if pack.run else None,
        "installation": [asdict(one) for one in pack.installation.checks],
        "packages": [asdict(one) for one in pack.installation.packages],
        "journeys": [asdict(one) for one in pack.scripts],
        "audit": {key: value for key, value in asdict(pack.audit).items() if key != "document"},
        "measured": [
            {"name": one.of.name, "outcome": one.outcome, "seconds": round(one.seconds, 1)}
            for one in pack.further
        ],
    }


def _json(value: Any) -> bytes:
    return (json.dumps(value, indent=1, ensure_ascii=False, default=str) + "\n").encode()


def _csv(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    into = StringIO()
    writer = csv.writer(into, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return into.getvalue().encode()
