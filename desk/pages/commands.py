"""docs/commands.md: every command, who may ask it, and its fields."""

from pydantic.fields import FieldInfo

from atmpflow.commands import (
    COMMANDS,
    administration,
    admission,
    after,
    collection,
    consent,
    contact,
    damage,
    duties,
    exception,
    harm,
    identity,
    manufacture,
    patient,
    recall,
    recovery,
    remaking,
    shipment,
)
from atmpflow.message import Command
from atmpflow.people import Role
from desk.cli.fields import expected, shape
from desk.cli.record import option_name
from desk.pages.markdown import cell, page, table

ROOMS = {
    "From the referral to the slots": admission,
    "Collection": collection,
    "Shipments": shipment,
    "Manufacture, quality and release": manufacture,
    "Conditioning and administration": administration,
    "Monitoring, follow-up, and at any time": after,
    "Labels": identity,
    "Consent taken back": consent,
    "Fitness, deterioration, death": patient,
    "Recalls": recall,
    "Adverse events": harm,
    "Lost and found": contact,
    "A supply that begins anew": recovery,
    "A batch that failed": remaking,
    "Out of specification": exception,
    "Damaged units": damage,
    "Duties": duties,
}

INTRODUCTION = """
Everything that changes a journey is one of these commands. People give them with
`atmpflow record COMMAND`; `atmpflow record COMMAND --help` shows the same fields.

Every command also has `--at`, the time at which it happened (now, when left out), and the options
`--journey`, `--as` (the account), `--role`, `--key` and `--expect`; see [the command line](cli.md).
A role that is not named for a command is refused, and the attempt is kept.
"""

ENGINE = """
The stage flows give these. `atmpflow record` does not offer them where no person may ask.
"""


def _peoples(kind: type[Command]) -> list[Role]:
    return sorted(role for role in kind.roles if role is not Role.SYSTEM)


def _command(kind: type[Command]) -> str:
    who = ", ".join(role.value for role in _peoples(kind))
    if Role.SYSTEM in kind.roles:
        who += "; as a rule *the engine*"
    rows = [
        _field(name, field) for name, field in kind.model_fields.items() if name != "occurred_at"
    ]
    fields = table(("Option", "Takes", "Meaning"), rows)
    parts = (f"### {kind.name}", _sentence(kind), f"Who: {who}.", fields)
    return "\n\n".join(part for part in parts if part)


def _field(name: str, field: FieldInfo) -> tuple[str, str, str]:
    needed = "" if field.is_required() else " Optional."
    return f"`{option_name(name)}`", shape(field).metavar, cell(expected(name, field)) + needed


def _sentence(kind: type[Command]) -> str:
    return cell((kind.__doc__ or "").split("\n\n")[0])


def _room(title: str, room: object) -> str:
    kinds = [kind for kind in COMMANDS.values() if vars(room).get(kind.__name__) is kind]
    return "\n\n".join((f"## {title}", *(_command(kind) for kind in kinds if _peoples(kind))))


def text() -> str:
    """The page."""
    ours = table(
        ("Command", "What it does"),
        ((f"`{kind.name}`", _sentence(kind)) for kind in COMMANDS.values() if not _peoples(kind)),
    )
    rooms = (_room(title, room) for title, room in ROOMS.items())
    return page("Commands", INTRODUCTION, *rooms, "## The engine's own", ENGINE, ours)
