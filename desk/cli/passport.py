"""`atmpflow passport JOURNEY`: a journey's whole record in one signed file; `verify` checks one."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlalchemy import Engine
from typer.core import TyperGroup

from atmpflow.errors import Refused
from desk.cli.database import ready_database
from desk.cli.frame import AsJson, Viewer, new_app
from desk.cli.output import console, hint, say, show_json
from desk.cli.recording import find_journey
from desk.cli.trouble import ExitCode
from tasks.anchors import where
from tasks.anchors.key import public_file, trusted, trusted_in
from tasks.passport.check import Checked, Trust, check_passport
from tasks.passport.key import key_file
from tasks.passport.make import Passport, make_passport


class JourneyOrVerify(TyperGroup):
    """Whatever is not `verify` is a journey: `passport ATF-...` is `passport make ATF-...`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        known = args[:1] and args[0] in ("verify", "-h", "--help")
        return super().parse_args(ctx, args if known or not args else ["make", *args])


app = new_app(cls=JourneyOrVerify, no_args_is_help=True)

Keys = Annotated[
    list[Path] | None,
    typer.Option(
        metavar="FILE", help="Public keys of passports that you trust; else this installation's."
    ),
]
AnchorKeys = Annotated[
    list[Path] | None,
    typer.Option(metavar="FILE", help="Public keys of anchors that you trust."),
]


@app.callback()
def passport() -> None:
    """Write a journey's passport, its whole record in one signed file, or check one."""


@app.command("make")
def make(
    journey: Annotated[
        str, typer.Argument(metavar="JOURNEY", help="Journey id or chain-of-identity id.")
    ],
    *,
    out: Annotated[
        Path, typer.Option(metavar="DIR|FILE", help="Folder, or the name of the JSON file.")
    ] = Path(),
    viewer: Viewer = None,
    as_json: AsJson = False,
) -> None:
    """Write a journey's whole record as signed JSON and PDF; the word make may be left out.

    Nobody's identity is in it. Refused where the record is not whole: nothing is handed on then.
    """
    with ready_database() as engine:
        made = _made(engine, journey, viewer)
    files = _written(made, out)
    if as_json:
        version = made.says["journey"]["version"]
        paths = [str(file) for file in files]
        show_json({"files": paths, "sha256": made.digest, "version": version})
        return
    for file in files:
        say(str(file))
    say(f"SHA-256 {made.digest}")
    hint(f"Whoever checks it needs {public_file(key_file())}, by another way than the passport.")


def _made(engine: Engine, journey: str, viewer: str | None) -> Passport:
    return make_passport(engine, find_journey(engine, journey, viewer))


def _written(made: Passport, out: Path) -> Sequence[Path]:
    """The two files: beside one another, of the same name."""
    # Imported here: drawing takes a moment to load, and checking draws nothing.
    from desk.papers.passport import paper  # noqa: PLC0415

    named = out.suffix == ".json"
    json_file = out if named else out / f"{made.name}.json"
    files = {json_file: made.content, json_file.with_suffix(".pdf"): paper(made)}
    try:
        json_file.parent.mkdir(parents=True, exist_ok=True)
        for file, content in files.items():
            file.write_bytes(content)
    except OSError as error:
        why = error.strerror or "it cannot be written"
        raise typer.BadParameter(why, param_hint="--out") from None
    return list(files)


@app.command("verify")
def verify(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The JSON file of a passport.")],
    *,
    key: Keys = None,
    anchor_key: AnchorKeys = None,
    as_json: AsJson = False,
) -> None:
    """Check a passport, offline: signature, chain of every event, anchor. Needs no database.

    Exit code 5 where anything does not hold, or where no key was given that you trust.
    """
    try:
        content = file.read_bytes()
    except OSError as error:
        why = error.strerror or "it cannot be read"
        raise typer.BadParameter(why, param_hint="FILE") from None
    found = check_passport(content, _trust(key, anchor_key))
    if as_json:
        show_json(_as_dict(found))
    else:
        _tell(found)
    if not found.holds:
        raise typer.Exit(ExitCode.FINDINGS)


def _trust(keys: list[Path] | None, anchor_keys: list[Path] | None) -> Trust:
    """The keys that were given; this installation's own where none was."""
    if keys:
        return Trust(_keys(keys, "--key"), _keys(anchor_keys or [], "--anchor-key"))
    anchors = _keys(anchor_keys, "--anchor-key") if anchor_keys else trusted(where.key_file())
    return Trust(trusted(key_file()), anchors)


def _keys(files: Sequence[Path], option: str) -> frozenset[bytes]:
    found = frozenset().union(*(trusted_in(file) for file in files))
    if files and not found:
        raise Refused(
            "key-file-empty",
            option,
            "No public key is in that file.",
            "Give the file passport.pub (or anchor.pub) that you got from whoever made it.",
        )
    return found


def _as_dict(found: Checked) -> dict[str, Any]:
    journey = found.says.get("journey", {}) if found.holds else {}
    return {
        "ok": found.holds,
        "against": list(found.against),
        "notes": list(found.notes) if found.holds else [],
        "sha256": found.digest,
        "journey": journey.get("coi"),
        "version": journey.get("version"),
    }


def _tell(found: Checked) -> None:
    if found.holds:
        journey, made = found.says["journey"], found.says["made"]
        console().print("It holds.", style="bold green")
        say(f"Journey {journey['coi']} up to event {journey['version']}, as of {made['at'][:19]}Z")
    else:
        console().print("NOT PROVEN", style="bold red")
    for line in found.notes if found.holds else found.against:
        say(line, indent=2)
    say(f"SHA-256 {found.digest}")
