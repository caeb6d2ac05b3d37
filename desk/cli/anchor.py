"""`atmpflow anchor`: sign what the record holds and keep that outside the database; or list."""

import re
from collections.abc import Sequence
from typing import Annotated, Any

import typer

from desk.cli.database import ready_database
from desk.cli.frame import Account, AsJson, new_app
from desk.cli.output import advise, hint, say, show_json, table
from desk.cli.trouble import ExitCode
from models.anchor import Loss
from tasks.anchors.listing import Listed, listed
from tasks.anchors.make import Made, make_anchor
from tasks.anchors.trouble import not_kept

app = new_app()

REFERENCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,39}")
SHOWN = 20


def _reference(text: str | None) -> str | None:
    if text is None or REFERENCE.fullmatch(text):
        return text
    raise typer.BadParameter("the number of a paper, e.g. CAPA-7: no spaces, at most 40 characters")


@app.command("anchor")
def anchor(
    *,
    only_list: Annotated[bool, typer.Option("--list", help="List anchors; make none.")] = False,
    after_loss: Annotated[
        str | None,
        typer.Option(
            metavar="REFERENCE",
            callback=_reference,
            help="What earlier anchors hold is lost for good: go on from what is here. The "
            "reference names the paper that accepts it; `verify` names both from then on.",
        ),
    ] = None,
    account: Account,
    as_json: AsJson = False,
) -> None:
    """Make an anchor now: a signed Merkle root over every journey's head. It goes to every place.

    Exit code 5 when a place could not keep it. The engine makes one every hour and at each release.
    """
    with ready_database() as engine:
        if only_list:
            _show(listed(engine), as_json=as_json)
            return
        loss = Loss(account, after_loss) if after_loss else None
        made = make_anchor(engine, "loss accepted" if loss else "asked", loss=loss)
    _tell(made, as_json=as_json)
    if made.failed:
        raise typer.Exit(ExitCode.FINDINGS)


def _tell(made: Made, *, as_json: bool) -> None:
    if as_json:
        show_json(_as_dict(made))
        return
    say(f"Anchor {made.number}: {made.heads} heads written, {made.journeys} journeys in the root.")
    say(f"Root {made.root}")
    for folder in made.kept:
        say(f"kept in {folder}", indent=2)
    for folder in made.behind:
        hint(f"{folder} had lacked earlier anchors and has them now.")
    if made.failed:
        advise([not_kept(made.failed)])


def _as_dict(made: Made) -> dict[str, Any]:
    return {
        "number": made.number,
        "root": made.root,
        "journeys": made.journeys,
        "heads": made.heads,
        "kept": [str(folder) for folder in made.kept],
        "failed": [str(folder) for folder in made.failed],
        "behind": [str(folder) for folder in made.behind],
    }


def _show(anchors: Sequence[Listed], *, as_json: bool) -> None:
    if as_json:
        show_json([one.as_dict() for one in anchors])
        return
    rows = [
        (str(one.number), one.at[:19] + "Z", one.why, str(one.journeys), one.root[:16], one.places)
        for one in anchors[-SHOWN:]
    ]
    table("Anchors", ("number", "made", "why", "journeys", "root", "kept in"), rows)
    hint(f"{len(anchors)} in all; what each holds is checked by `atmpflow verify`.")
