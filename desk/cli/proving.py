"""Asking for secrets: hidden at a terminal, or line by line from a pipe."""

import sys

import typer

from models.proving import Proof

FROM_PIPE = typer.Option(
    "--stdin", help="Read the secrets from standard input, one a line, for scripts."
)


def secret(label: str, *, piped: bool, confirm: bool = False) -> str:
    """One secret. Raises typer.BadParameter where the pipe has no more lines."""
    if not piped:
        return str(typer.prompt(label, hide_input=True, err=True, confirmation_prompt=confirm))
    line = sys.stdin.readline()
    if not line:
        raise typer.BadParameter(
            f"a line with the {label.lower()} is missing", param_hint="--stdin"
        )
    return line.rstrip("\r\n")


def proof(*, piped: bool, first: bool, series: str | None) -> Proof:
    """Password and one-time code; in a series only the password after the first time."""
    password = secret("Password", piped=piped)
    code = secret("One-time code", piped=piped) if first else None
    return Proof(password, code, series)
