"""`atmpflow record COMMAND`: every command that people may ask, its fields as options."""

import inspect
from collections.abc import Callable, Iterator
from typing import Annotated, Any

import typer

from atmpflow.commands import COMMANDS
from atmpflow.events.manufacture import TestResult
from atmpflow.message import Command
from atmpflow.signing import SIGNED
from desk.cli.actor import roles
from desk.cli.fields import Shape, expected, shape
from desk.cli.frame import Account, AsJson, new_app, product_codes

PEOPLES = {name: kind for name, kind in sorted(COMMANDS.items()) if roles(kind.roles)}
"""Commands that people may ask; the engine's own are not offered."""

MOMENT = "occurred_at"

SIGNATURE = typer.Option(
    metavar="TOKEN",
    envvar="ATMPFLOW_SIGNATURE",
    help="Token of your signature, as `atmpflow sign` printed it.",
)

app = new_app(
    help="Record what was done. Each command's fields are in its own --help.", no_args_is_help=True
)


def option_name(field: str) -> str:
    """How a field is given on the command line."""
    return "--at" if field == MOMENT else f"--{field.replace('_', '-')}"


def _parameter(name: str, annotation: Any, default: Any = None) -> inspect.Parameter:
    return inspect.Parameter(
        name, inspect.Parameter.KEYWORD_ONLY, annotation=annotation, default=default
    )


def _completed(choices: tuple[str, ...]) -> Callable[[str], list[str]]:
    def complete(incomplete: str) -> list[str]:
        return [choice for choice in choices if choice.startswith(incomplete)]

    return complete


def _known(name: str, found: Shape) -> Callable[[str], list[str]] | None:
    """What the shell completes a field with, if anything."""
    if name == "product":
        return product_codes
    return _completed(found.choices) if found.choices else None


def _field(name: str, kind: type[Command]) -> inspect.Parameter:
    """A field as an option; the form judges what is given, so that a refusal is kept."""
    field = kind.model_fields[name]
    found = shape(field)
    flag = option_name(name)
    if found.kind == "flag" and found.of is bool:
        flag = f"{flag}/--no-{flag.removeprefix('--')}"
    now = name == MOMENT
    needed = "required" if field.is_required() and not now else ""
    default = "now" if now else needed or _default(field.default)
    option = typer.Option(
        flag,
        metavar=None if found.kind == "flag" else found.metavar,
        help=f"{expected(name, field)}{_again(found)}" + (f" ({default})" if default else ""),
        autocompletion=_known(name, found),
        show_default=False,
        rich_help_panel="Fields",
    )
    return _parameter(name, Annotated[_python(found), option])


def _again(found: Shape) -> str:
    if found.of is TestResult:
        return " In short: sterility=negative. Several times, or a JSON list."
    if found.form:
        return " Several times, or a JSON list."
    if found.kind == "pairs":
        return " Several times, or a JSON object."
    return " May be given several times." if found.kind == "many" else ""


def _default(value: Any) -> str:
    if value is None or value == ():
        return ""
    said = {True: "yes", False: "no"}.get(value, value) if isinstance(value, bool) else value
    return f"default: {said}"


def _python(found: Shape) -> Any:
    if found.kind == "flag":
        return bool | None
    return list[str] | None if found.kind in ("many", "pairs") else str | None


def _fixed(kind: type[Command]) -> Iterator[inspect.Parameter]:
    """Options that every command has."""
    may = roles(kind.roles)
    if kind.name != "refer":
        journey = typer.Option(
            "--journey", metavar="ID", help="Journey id or chain-of-identity id."
        )
        yield _parameter("journey_text", Annotated[str, journey], inspect.Parameter.empty)
    yield _parameter("account", Account, inspect.Parameter.empty)
    role = typer.Option(
        "--role",
        metavar="ROLE",
        help=f"The role you act in: {', '.join(may)}" + ("." if len(may) == 1 else " (required)."),
        autocompletion=_completed(may),
    )
    yield _parameter("role", Annotated[str | None, role])
    key = typer.Option(
        metavar="KEY",
        help="Repeat it with the same content and --at, and it is recorded once.",
        show_default="a fresh one",
    )
    yield _parameter("key", Annotated[str | None, key])
    version = typer.Option(
        "--expect", metavar="VERSION", help="Refuse when the journey is at another version."
    )
    yield _parameter("expect", Annotated[int | None, version])
    if kind in SIGNED:
        yield _parameter("signature", Annotated[str | None, SIGNATURE])
    file = typer.Option(
        "--file", metavar="FILE", help="Fields as a JSON object; - reads them from a pipe."
    )
    yield _parameter("file", Annotated[str | None, file])
    yield _parameter("as_json", AsJson, default=False)


def _subcommand(kind: type[Command]) -> Callable[..., None]:
    """The function behind one subcommand, with a parameter for each field."""
    parameters = [*(_field(name, kind) for name in kind.model_fields), *_fixed(kind)]

    def run(**given: Any) -> None:
        # Imported here: completing a word on the command line needs no database.
        from desk.cli.recording import Given, record_given  # noqa: PLC0415

        words = {name: given.pop(name) for name in kind.model_fields}
        record_given(kind, Given(words=words, **given))

    run.__doc__ = kind.__doc__
    run.__signature__ = inspect.Signature(parameters)  # pyright: ignore[reportFunctionMemberAccess]
    run.__annotations__ = {one.name: one.annotation for one in parameters}
    return run


for _name, _kind in PEOPLES.items():
    app.command(_name)(_subcommand(_kind))
