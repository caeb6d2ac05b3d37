"""What every command shares: how it is built, and the options that mean the same everywhere."""

import getpass
import os
import re
from collections.abc import Callable, Collection
from difflib import get_close_matches
from typing import Annotated, Any

import typer

SETTINGS = {"help_option_names": ["-h", "--help"]}

ACCOUNT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,63}")

AsJson = Annotated[
    bool, typer.Option("--json", help="One JSON value on standard output and nothing else.")
]


def new_app(**options: Any) -> typer.Typer:
    """An app for one command or a group of them."""
    return typer.Typer(
        add_completion=False, pretty_exceptions_enable=False, context_settings=SETTINGS, **options
    )


def _account(text: str) -> str:
    if ACCOUNT.fullmatch(text):
        return text
    raise typer.BadParameter("letters, digits and . _ @ - only, at most 64, e.g. nurse-7")


def login() -> str:
    """The name under which somebody is logged in to this machine."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # an account without a name, as in some containers
        return f"user-{os.getuid()}"


Account = Annotated[
    str,
    typer.Option(
        "--as",
        metavar="ACCOUNT",
        envvar="ATMPFLOW_ACCOUNT",
        default_factory=login,
        show_default="the login name",
        callback=_account,
        help="Who acts: an account name, never a patient's.",
    ),
]


Viewer = Annotated[
    str | None,
    typer.Option(
        "--as",
        metavar="ACCOUNT",
        envvar="ATMPFLOW_ACCOUNT",
        help="Only what this account may see: journeys of the centres where it is appointed.",
    ),
]


def product_codes(incomplete: str) -> list[str]:
    """Codes of the catalogue that begin so, for the shell's completion."""
    # Imported here: this file is read for the list of commands, too.
    from atmpflow.products.catalogue import catalogue  # noqa: PLC0415

    return sorted(code for code in catalogue() if code.startswith(incomplete))


def one_of(name: str, known: Callable[[], Collection[str]], help: str) -> Any:
    """An option that takes one of the known words, completed by the shell."""

    def check(text: str | None) -> str | None:
        if text is None or text in known():
            return text
        close = get_close_matches(text, known(), n=1)
        hint = f"did you mean {close[0]}?" if close else f"one of: {', '.join(known())}"
        raise typer.BadParameter(hint)

    def complete(incomplete: str) -> list[str]:
        return [word for word in known() if word.startswith(incomplete)]

    return typer.Option(name, callback=check, autocompletion=complete, help=help)
