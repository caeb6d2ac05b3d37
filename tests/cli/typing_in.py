"""From a command as it should be to the words an operator types for it."""

import json
from collections.abc import Iterator
from typing import Any

from atmpflow.message import Command
from desk.cli.record import option_name
from desk.simulation.site import Move


def words(command: Command) -> Iterator[str]:
    """Each field as its option."""
    for name, value in command.model_dump(mode="json", exclude_none=True).items():
        yield from _option(option_name(name), value)


def _option(option: str, value: Any) -> Iterator[str]:
    if isinstance(value, bool):
        yield option if value else option.replace("--", "--no-", 1)
        return
    entries = value if isinstance(value, list) else [value]
    if isinstance(value, dict):
        entries = [f"{key}={json.dumps(one)}" for key, one in value.items()]
    for entry in entries:
        yield from (option, json.dumps(entry) if isinstance(entry, dict) else str(entry))


def record(move: Move, journey: str) -> list[str]:
    """The whole command line for what the simulated site would do next."""
    who = ("--as", move.actor.id, "--role", move.actor.role.value)
    return ["record", move.command.name, "--journey", journey, *who, *words(move.command)]
