"""Who a patient is stands in clear nowhere: not in either database, a backup, a log or an answer.

One patient is planted by every door there is, with everything that a sender may add and with every
mistake that people make; then each place where it must not be is read octet by octet.
"""

import csv
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pytest
from typer.testing import CliRunner

from deployments.cluster import binaries
from deployments.roles import plain
from deployments.settings import settings
from desk.cli.main import app as command_line
from tasks.engine import URL
from tests.flows.canary import (
    ADDRESS,
    BORN,
    FAMILY,
    GIVEN,
    MAIL,
    NUMBER,
    PATIENT,
    POSTCODE,
    TELEPHONE,
    all_of,
    found,
    needles,
    words,
)
from tests.flows.conftest import Job, rows
from tests.intake.samples import bars_example, changed, content

pytestmark = pytest.mark.timeout(480)  # the main job, and every door after it

REFERS = ("--as", "simulated-referrer-1")
COORDINATES = ("--as", "simulated-coordinator-1", "--role", "coordinator")
DEFECT = f"""
import desk.cli.refer
def fail(*_):
    raise ValueError({f"{FAMILY}, {GIVEN}, {NUMBER}, {BORN}"!r})
desk.cli.refer.carry_out = fail
from desk.cli.main import main
main()
"""
"""The command line with a defect in it whose own words say who the patient is."""


@dataclass
class Planted:
    """An installation in which a patient was planted, and what it said meanwhile."""

    job: Job
    folder: Path
    """Where the files that were sent in are: outside of the installation."""
    said: dict[str, str] = field(default_factory=dict[str, str])

    def run(self, what: str, *arguments: str, code: int) -> str:
        """Type a command at this installation; it must end with this exit code."""
        result = CliRunner().invoke(command_line, [*arguments])
        assert result.exit_code == code, (what, result.output)
        self.said[what] = result.output
        return result.stdout

    def run_broken(self, *arguments: str) -> None:
        """The same in a process of its own, in whose program there is a defect."""
        command = [sys.executable, "-c", DEFECT, *arguments]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 1, (done.stdout, done.stderr)
        self.said["a defect"] = done.stdout + done.stderr

    def file(self, name: str, value: Any) -> str:
        """A file to send in."""
        path = self.folder / name
        text = value if isinstance(value, bytes) else json.dumps(value).encode()
        path.write_bytes(text)
        return str(path)


def _message(**spoilt: Any) -> Any:
    """A referral in FHIR with all that senders add to a patient."""
    message = bars_example()
    (number,) = [
        index
        for index, entry in enumerate(message["entry"])
        if entry["resource"]["resourceType"] == "Patient"
    ]
    more = {
        "name": [{"use": "official", "family": FAMILY, "given": GIVEN.split()}],
        "birthDate": BORN.isoformat(),
        "address": [{"line": [ADDRESS], "postalCode": POSTCODE}],
        "telecom": [
            {"system": "phone", "value": TELEPHONE},
            {"system": "email", "value": MAIL},
        ],
        **spoilt,
    }
    for name, value in more.items():
        message = changed(message, ("entry", number, "resource", name), value)
    return json.loads(json.dumps(message).replace("9990001014", NUMBER))


def _table(folder: Path) -> bytes:
    """Two referrals as a table: one in order, and one whose columns are shifted."""
    (row,) = [one for one in rows() if one["product"] == "zolgensma"]
    row = {**row, **PATIENT, "source_reference": "CANARY-1"}
    shifted = {**row, "source_reference": "CANARY-2", "product": FAMILY, "referred_on": GIVEN}
    file = folder / "table"
    with file.open("w", encoding="utf-8", newline="") as lines:
        table = csv.DictWriter(lines, list(row))
        table.writeheader()
        table.writerows((row, shifted))
    return file.read_bytes()


def _send_files(planted: Planted) -> None:
    file = planted.file
    named = f"{FAMILY}-{NUMBER}.csv"
    planted.run("a table", "refer", file(named, _table(planted.folder)), *REFERS, code=3)
    planted.run("a message", "refer", file("message.json", _message()), *REFERS, code=0)
    wrong = file("wrong.json", _message(birthDate=f"{BORN:%d/%m/%Y}", gender=GIVEN))
    planted.run("a wrong message", "refer", wrong, *REFERS, "--json", code=3)
    extra = content(patient={**PATIENT, "address": ADDRESS, "telephone": TELEPHONE, FAMILY: MAIL})
    planted.run("too much", "refer", file("extra.json", extra), *REFERS, "--json", code=3)
    half = json.dumps(content(patient=PATIENT)).encode()[:-20]
    planted.run("half a file", "refer", file("half.json", half), *REFERS, code=3)


def _type(planted: Planted) -> None:
    """What people put in the wrong place."""
    journey = next(iter(planted.job.played.courses.values())).facts.coi
    known = planted.file("known.json", PATIENT)
    planted.run("identify", "identify", "--file", known, *COORDINATES, code=0)
    spoilt = planted.file("spoilt.json", {**PATIENT, "sex": ADDRESS, MAIL: POSTCODE})
    planted.run("identify wrongly", "identify", "--file", spoilt, *COORDINATES, code=3)
    for what in (FAMILY, NUMBER, f"ATF-{FAMILY}"):
        planted.run(f"look for {what[:3]}", "journey", what, code=3)
        hold = ("record", "place-hold", "--journey", what, "--reason", "DEV-1")
        planted.run(f"hold {what[:3]}", *hold, *COORDINATES, "--json", code=3)
    weight = planted.file("weight.json", {"weight_kg": f"{GIVEN} {FAMILY}", "answers": NUMBER})
    screening = ("record", "record-screening", "--journey", journey, "--file", weight)
    planted.run("a name for a weight", *screening, *COORDINATES, code=3)
    scanned = ("record", "check-identity", "--journey", journey, "--role", "bedside-checker")
    words = (*scanned, "--as", "simulated-bedside-checker-1", "--scanned-patient", FAMILY)
    planted.run("a name for a scan", *words, "--json", code=3)
    planted.run_broken("refer", known, *REFERS)


def _fill_in(planted: Planted) -> None:
    """What people type into Prefect's own forms: it must not even be kept as a parameter."""
    centre = "Manchester University NHS Foundation Trust (R0A)"
    right = {
        "person": "3d2f6a1c-7b0e-4d5a-9c44-1f6f0f5f2b7e", "product": "Luxturna",
        "treating_centre": centre, "referring_organisation": centre,
        "source_reference": "FORM-9", "referred_on": "2025-03-01",
    }  # fmt: skip
    for box, typed in {
        "person": f"{GIVEN} {FAMILY}", "source_reference": NUMBER, "indication": NUMBER,
        "trial": FAMILY, "referred_on": f"{BORN:%d %B %Y}", "treating_centre": ADDRESS,
    }.items():  # fmt: skip
        answer = planted.job.asked("refer/refer", {"referral": {**right, box: typed}})
        assert answer.status_code == 409, box
    signed = {"journey": FAMILY, "what": "Agree to lift a hold (lift-hold)", "document": FAMILY}
    for box in ("journey", "document", "signature", "at"):
        decision = {**signed, "journey": "ATF-0000-0000-0000-0", "document": "D-1"}
        decision |= {"signature": "sig-x", box: FAMILY}
        answer = planted.job.asked("sign-off/sign-off", {"decision": decision})
        assert answer.status_code == 409, box
    assert planted.job.asked("referral/referral", {"journey": FAMILY}).status_code == 409


@pytest.fixture(scope="module")
def planted(job: Job, new_folder: Callable[[str], Path]) -> Iterator[Planted]:
    with _at(job):
        yield _planted(Planted(job, new_folder("canary")))


@contextmanager
def _at(job: Job) -> Iterator[None]:
    """Have this process work at the installation, as an operator's terminal does."""
    with pytest.MonkeyPatch.context() as environment:
        for name, value in job.stack.environment.items():
            environment.setenv(name, value)
        environment.delenv(URL)
        settings.cache_clear()
        yield
    settings.cache_clear()


def _planted(found: Planted) -> Planted:
    _send_files(found)
    _type(found)
    _fill_in(found)
    journeys = json.loads(found.run("list", "journeys", "--json", code=0))
    (coi,) = [one["coi"] for one in journeys if one["product"] == "zolgensma" and not one["ended"]][
        :1
    ]
    for what in ("journey", "fhir", "epcis"):
        found.run(what, what, coi, code=0)
    found.run("rejected", "rejected", code=0)
    found.run("backup", "backup", str(found.folder / "kept.dump"), code=0)
    return found


@pytest.fixture(scope="module")
def looked_for() -> list[bytes]:
    return needles((*words(), *all_of(rows())))


def _output(program: str, *arguments: str) -> bytes:
    done = subprocess.run([str(binaries() / program), *arguments], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_search_finds_what_is_there(planted: Planted, looked_for: list[bytes]) -> None:
    """Otherwise nothing below could fail."""
    for name in ("message.json", "known.json", f"{FAMILY}-{NUMBER}.csv"):
        assert len(found((planted.folder / name).read_bytes(), looked_for)) >= 4, name
    for written in (FAMILY.encode().hex(), f"xx{FAMILY}".encode().hex()):
        assert found(written.encode(), looked_for)
    coi = next(iter(planted.job.played.courses.values())).facts.coi.encode()
    dumped = _output("pg_dump", plain(str(planted.job.stack.databases.prefect)))
    assert found(dumped, [coi.lower()]), "the dump has what Prefect was told"


@pytest.mark.parametrize("which", ["prefect", "owner"])
def test_neither_database_holds_it(planted: Planted, looked_for: list[bytes], which: str) -> None:
    """All of Prefect's parameters, logs, states, artifacts and events; and all of our own."""
    dumped = _output("pg_dump", plain(str(getattr(planted.job.stack.databases, which))))
    assert len(dumped) > 100_000
    assert found(dumped, looked_for) == []


def test_a_backup_does_not_hold_it(planted: Planted, looked_for: list[bytes]) -> None:
    file = planted.folder / "kept.dump"
    readable = _output("pg_restore", "--file=-", str(file))
    assert b"COPY identity.person" in readable
    for content_ in (readable, file.read_bytes(), Path(f"{file}.manifest").read_bytes()):
        assert found(content_, looked_for) == []


def _held_by(file: Path) -> bytes:
    """What a file holds; nothing where there is none any more: a server runs meanwhile."""
    with suppress(FileNotFoundError):
        return file.read_bytes() if file.is_file() else b""
    return b""


def test_no_file_of_the_installation_holds_it(planted: Planted, looked_for: list[bytes]) -> None:
    """Logs, anchors, keys, what waits to be sent, and the files of PostgreSQL themselves."""
    administrator = plain(str(planted.job.stack.databases.administrator))
    with psycopg.connect(administrator, autocommit=True) as connection:
        connection.execute("CHECKPOINT")
    files = {one: content for one in planted.job.folder.rglob("*") if (content := _held_by(one))}
    names = {one.name for one in files}
    assert {"worker.log", "command-line.log", "PG_VERSION"} <= names
    holding = {str(one): here for one, said in files.items() if (here := found(said, looked_for))}
    assert holding == {}
    assert found("\n".join(map(str, files)).encode(), looked_for) == []


def test_nothing_that_was_said_repeats_it(planted: Planted, looked_for: list[bytes]) -> None:
    holding = {what: found(said.encode(), looked_for) for what, said in planted.said.items()}
    assert {what: here for what, here in holding.items() if here} == {}
    assert "ValueError" in planted.said["a defect"]


def test_who_may_know_is_told(planted: Planted) -> None:
    """It was kept, then: what is not found above is sealed, not lost."""
    journeys = json.loads(planted.run("list again", "journeys", "--json", code=0))
    told = []
    for one in journeys:
        words = ("who", one["coi"], "--reason", "R-1", "--json", *COORDINATES)
        told.append(json.loads(planted.run(f"who {one['coi']}", *words, code=0)))
    assert PATIENT in told
