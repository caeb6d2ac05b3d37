"""`atmpflow demo`: simulated people carry journeys through the real engine."""

from difflib import get_close_matches
from pathlib import Path
from typing import Annotated

import typer

from desk.cli.frame import AsJson, new_app
from desk.cli.output import show_json, table
from desk.demo.run import run_demo
from desk.stories.book import STORIES
from desk.stories.story import Story

app = new_app()

Referrals = Annotated[
    Path | None,
    typer.Option(metavar="FILE", exists=True, dir_okay=False, help="Referrals to carry instead."),
]


@app.command("demo")
def demo(
    *,
    exit: Annotated[
        bool, typer.Option("--exit", help="Stop at the end; else the Prefect UI stays up.")
    ] = False,
    journeys: Annotated[
        int | None,
        typer.Option(min=1, help="How many journeys.", show_default="all examples"),
    ] = None,
    referrals: Referrals = None,
    keep: Annotated[
        bool, typer.Option("--keep", help="Keep the demonstration's database afterwards.")
    ] = False,
    story: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Tell a story of what goes wrong; `list` lists them."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Carry simulated journeys from referral to follow-up, and show it.

    The people a journey waits for are played by a simulated site. Patients are made up.
    """
    if story == "list":
        _list(as_json=as_json)
        return
    code = run_demo(
        exit_after=exit,
        as_json=as_json,
        journeys=journeys,
        referrals=referrals,
        keep=keep,
        story=_story(story),
    )
    raise typer.Exit(code)


def _list(*, as_json: bool) -> None:
    told = [
        {
            "story": one.name,
            "title": one.title,
            "product": one.product,
            "goes_wrong": one.goes_wrong,
        }
        for one in STORIES.values()
    ]
    if as_json:
        show_json(told)
    else:
        table(
            "Stories",
            ("Name", "What goes wrong"),
            [(one["story"], one["goes_wrong"]) for one in told],
        )


def _story(name: str | None) -> Story | None:
    if name is None or name in STORIES:
        return STORIES[name] if name else None
    close = get_close_matches(name, STORIES, n=1)
    hint = f"did you mean {close[0]}?" if close else "see --story list"
    raise typer.BadParameter(hint, param_hint="--story")
