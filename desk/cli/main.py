"""The command `atmpflow`: what it can do, each command in a file of its own, read when asked."""

import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.metadata import version
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from desk.cli.frame import SETTINGS
from desk.cli.trouble import answering

COMMANDS = {
    "up": "Start everything and keep it running until Ctrl-C.",
    "demo": "Carry simulated journeys from referral to follow-up, and show it.",
    "refer": "Open a journey for each referral of a file.",
    "identify": "Keep a patient's identity and print its opaque person id.",
    "who": "Show who the patient of a journey is.",
    "erase": "Erase who a patient is, in this database and in every later backup of it.",
    "record": "Record what was done.",
    "log": "Record a logger's export.",
    "review": "Show the audit trail since you last reviewed it, and put your review on record.",
    "sign": "Sign a record as it stands now, with password and one-time code.",
    "checklist": "Show the release checklist, made from the record.",
    "signing": "Enrol those who sign, and demand signatures.",
    "send": "Record what was kept here while the database was away.",
    "journeys": "List journeys with what each waits for.",
    "journey": "Show one journey: timeline, custody, shipments, doses and what it waits for.",
    "plot": "Draw a journey as SVG and PNG: temperatures by leg, and the chain of custody.",
    "label": "Make the labels of a unit, a journey, its shipper or its patient, as PDF or SVG.",
    "scan": "Say what a scanned or typed code is.",
    "replan": "Propose new slots after one was missed, and move them.",
    "epcis": "Show a journey as an EPCIS 2.0 document (JSON-LD).",
    "fhir": "Show a journey as a FHIR R4 Bundle, or compare one with the record.",
    "passport": "Write a journey's passport, its whole record in one signed file, or check one.",
    "trail": "Show the audit trail: who, in which role, what, old and new, why, and when.",
    "rejected": "List rejected commands with the reason and the remedy.",
    "account": "Say who may do what: accounts, appointments, training and delegations.",
    "organisations": "List the organisations of the network.",
    "products": "List the products, or show the limits of one.",
    "stock": "Put certified units of allogeneic products on the shelf.",
    "recall": "Take back a batch, lot, donation, unit or shipper, wherever it went.",
    "recalls": "List recalls with who has still to reply, or close one.",
    "trace": "Follow a lot, donor, unit, journey or patient from donor to patient and back.",
    "inspect": "Give an inspector a journey, a batch, a site or a period: one PDF and one archive.",
    "verify": "Check every invariant of the record and replay every ledger.",
    "checks": "List the compliance checks.",
    "findings": "List findings, the gravest and oldest first.",
    "finding": "Decide on a finding of the compliance checks.",
    "logger": "Register loggers, and list what they sent on the way that was refused.",
    "standing": "Put approvals, licences, calibrations and periodic reports on record.",
    "anchor": "Make an anchor now: a signed Merkle root over every journey's head.",
    "backup": "Dump everything, as of one moment, while work goes on.",
    "restore": "Put a backup back.",
    "doctor": "Check versions, database, grants, Prefect, worker and lag.",
}
"""Every command with its summary; the rest is in `desk.cli.<name>`, so that help is fast."""

ELSEWHERE = {"checks": "compliance"}
"""Commands whose file has another name: `desk.cli.checks` is about the doctor's."""


class Desk(TyperGroup):
    """Reads a command's file when it is asked for, and turns every error into advice."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        name, found, rest = super().resolve_command(ctx, args)
        if name in COMMANDS:
            found = typer.main.get_command(
                import_module(f"desk.cli.{ELSEWHERE.get(name, name)}").app
            )
        return name, found, rest

    def main(self, args: Sequence[str] | None = None, *more: Any, **options: Any) -> Any:
        asked = list(sys.argv[1:] if args is None else args)
        with answering(as_json="--json" in asked):
            sys.exit(super().main(asked, *more, **{**options, "standalone_mode": False}) or 0)


app = typer.Typer(
    name="atmpflow",
    cls=Desk,
    help="Journeys of patients through advanced therapies. "
    "Exit codes: 0 done, 1 defect, 2 usage, 3 refused, 4 not reachable, 5 findings, "
    "6 kept for later.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings=SETTINGS,
)


def _tell_version(asked: bool) -> None:  # noqa: FBT001 - Typer calls it so
    if asked:
        typer.echo(version("atmpflow"))
        raise typer.Exit


@app.callback()
def atmpflow(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_tell_version, is_eager=True, help="The version.")
    ] = False,
) -> None:
    """Journeys of patients through advanced therapies."""


def _named_only() -> None:
    """Stands for a command in the list; `Desk` puts the real one in its place."""


for _name, _summary in COMMANDS.items():
    app.command(_name, help=_summary)(_named_only)


def main() -> None:
    """The entry point of `atmpflow`."""
    app(prog_name="atmpflow")
