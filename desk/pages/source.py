"""Reading our own source: the calls of each function, with what its names stand for there."""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROOMS = ("atmpflow", "models", "tasks", "flows", "deployments", "desk")

Names = Mapping[str, ast.expr]
"""What each name was last set to, where that is written above it."""

Definition = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Function:
    """A function of ours with every call in it."""

    file: str
    node: Definition
    calls: tuple[tuple[ast.Call, Names], ...]

    @property
    def takes(self) -> tuple[str, ...]:
        """The names of its parameters, without `*rest`."""
        given = self.node.args
        return tuple(one.arg for one in (*given.posonlyargs, *given.args, *given.kwonlyargs))

    @property
    def rest(self) -> str | None:
        return self.node.args.vararg.arg if self.node.args.vararg else None


def functions() -> Iterator[Function]:
    """Every function of our packages, methods too."""
    for room in ROOMS:
        for file in sorted((ROOT / room).rglob("*.py")):
            yield from _of_file(file)


def _of_file(file: Path) -> Iterator[Function]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    constants = {name: value for one in tree.body for name, value in _set_by(one)}
    for node in (*tree.body, *(one for part in tree.body for one in getattr(part, "body", ()))):
        if isinstance(node, Definition):
            calls = tuple(_calls(node.body, constants))
            yield Function(file.relative_to(ROOT).as_posix(), node, calls)


def _set_by(statement: ast.stmt) -> Iterator[tuple[str, ast.expr]]:
    if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
        yield statement.targets[0].id, statement.value


def _calls(block: list[ast.stmt], names: Names) -> Iterator[tuple[ast.Call, Names]]:
    """The calls of a block and of those inside it; a name set inside is not known outside."""
    known = dict(names)
    for statement in block:
        for part in ast.iter_child_nodes(statement):
            if isinstance(part, ast.expr):
                inside = [one for one in ast.walk(part) if isinstance(one, ast.Call)]
                yield from ((one, dict(known)) for one in inside)
            if isinstance(part, ast.ExceptHandler | ast.match_case):
                yield from _calls(part.body, known)
        for inner in ("body", "orelse", "finalbody"):
            yield from _calls(getattr(statement, inner, []), known)
        known.update(_set_by(statement))


def spoken(node: ast.expr | None, names: Names) -> str:
    """A sentence as far as the code alone tells it; `…` for what is filled in."""
    match node:
        case None:
            said = ""
        case ast.Constant():
            said = str(node.value)
        case ast.JoinedStr():
            said = "".join(spoken(part, names) for part in node.values)
        case ast.Name(id=name) if name in names:
            said = spoken(names[name], _without(names, name))
        case ast.FormattedValue(value=ast.Name() as only) | ast.IfExp(body=only):
            said = spoken(only, names)
        case ast.BinOp(left=first):
            said = spoken(first, names)
        case ast.Subscript():
            said = _looked_up(node, names)
        case _:
            said = "…"
    return said


def _looked_up(node: ast.Subscript, names: Names) -> str:
    """The entry of a table that is a constant of the module."""
    table = names.get(node.value.id) if isinstance(node.value, ast.Name) else None
    key = spoken(node.slice, names)
    if isinstance(table, ast.Dict):
        for name, value in zip(table.keys, table.values, strict=True):
            if spoken(name, names) == key:
                return spoken(value, names)
    return "…"


def _without(names: Names, name: str) -> Names:
    return {known: value for known, value in names.items() if known != name}
