"""Finding every refusal in the code: its code, what it says is wrong, and what would be right."""

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from desk.pages.source import Function, Names, functions, spoken
from models.rejection import CONSTRAINTS

CODE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")

FIELDS = ("code", "field", "message", "remedy")
SAYING = frozenset({"code", "message", "remedy"})
"""What makes a refusal what it is; the field only says where."""

GIVEN_ELSEWHERE = ("reasons['code']", "said['code']")
"""Codes taken from a refusal that is found where it was first said."""


@dataclass(frozen=True, slots=True, order=True)
class Refusal:
    """One place that refuses."""

    code: str
    message: str
    remedy: str
    file: str


def refusals() -> list[Refusal]:
    """Every refusal of our packages and of the database's constraints, by code."""
    theirs = {
        Refusal(code, message, remedy, "models/rejection.py")
        for code, _, message, remedy in CONSTRAINTS.values()
    }
    return sorted(theirs | set(Search(list(functions())).found()))


@dataclass(frozen=True, slots=True)
class Passing:
    """A function that refuses with what it was given, and which of its parameters say so."""

    function: Function
    saying: frozenset[str]


@dataclass
class Search:
    """Looks for calls of `Refused`, also through functions that pass on what they were given."""

    functions: Sequence[Function]
    passing: dict[tuple[str, str], Passing] = field(default_factory=dict)
    """By file and name; the file of a public one is empty."""

    def found(self) -> Iterator[Refusal]:
        self._learn()
        through = [one.function for one in self.passing.values()]
        for one in self.functions:
            if one not in through:
                for call, names in one.calls:
                    for said in self._said(call, names, one.file):
                        yield Refusal(*said, one.file)

    def _learn(self) -> None:
        """Collect the functions that pass on; again, until none passes on to a newly found one."""
        before = -1
        while before != len(self.passing):
            before = len(self.passing)
            for one in self.functions:
                saying = frozenset().union(*(self._passed_on(one, call) for call, _ in one.calls))
                if saying:
                    name = one.node.name
                    file = one.file if name.startswith("_") else ""
                    self.passing[file, name] = Passing(one, saying)

    def _callee(self, call: ast.Call, file: str) -> Passing | None:
        name = call.func.id if isinstance(call.func, ast.Name) else ""
        return self.passing.get((file, name)) or self.passing.get(("", name))

    def _arguments(self, call: ast.Call, file: str) -> dict[str, ast.expr]:
        """The arguments of a call that refuses, by name; empty for any other call."""
        if isinstance(call.func, ast.Name) and call.func.id == "Refused":
            return _bound(call, FIELDS, None)
        callee = self._callee(call, file)
        return _bound(call, callee.function.takes, callee.function.rest) if callee else {}

    def _passed_on(self, one: Function, call: ast.Call) -> frozenset[str]:
        """The function's own parameters that become what a refusal says."""
        callee = self._callee(call, one.file)
        saying = {*(callee.saying if callee else SAYING), "*"}
        given = self._arguments(call, one.file)
        names = {
            value.id
            for name, value in given.items()
            if name in saying and isinstance(value, ast.Name)
        }
        return SAYING if one.rest in names else frozenset(names & set(one.takes))

    def _said(self, call: ast.Call, names: Names, file: str) -> Iterator[tuple[str, str, str]]:
        """Code, message and remedy of a call that refuses."""
        given = self._arguments(call, file)
        callee = self._callee(call, file)
        if callee is not None:
            # As if its body stood here: its parameters are what this call gives.
            closed = {name: _closed(value, names) for name, value in given.items()}
            for inner, theirs in callee.function.calls:
                yield from self._said(inner, {**theirs, **closed}, callee.function.file)
        elif "*" in given and "code" in names:
            yield from self._said(ast.Call(call.func, list(map(ast.Name, FIELDS)), []), names, file)
        elif "code" in given:
            message, remedy = (spoken(given.get(part), names) for part in ("message", "remedy"))
            for code in codes(given.get("code"), names):
                yield code, message, remedy


def _bound(call: ast.Call, takes: Sequence[str], rest: str | None) -> dict[str, ast.expr]:
    """A call's arguments by the names of the parameters; what falls into `*rest` under FIELDS."""
    given: dict[str, ast.expr] = {}
    for position, value in enumerate(call.args):
        if isinstance(value, ast.Starred):
            given["*"] = value.value
        elif position < len(takes):
            given[takes[position]] = value
        elif rest:
            given[FIELDS[position - len(takes)]] = value
    return {**given, **{one.arg: one.value for one in call.keywords if one.arg}}


def _closed(value: ast.expr, names: Names) -> ast.expr:
    """An argument as it is for whoever is called: words, not names of the caller."""
    if isinstance(value, ast.IfExp):
        return value
    return ast.Constant(spoken(value, names))


def codes(node: ast.expr | None, names: Names) -> Iterator[str]:
    """The codes that an expression can be. Raises LookupError where it cannot be told."""
    if isinstance(node, ast.IfExp):
        yield from (*codes(node.body, names), *codes(node.orelse, names))
    elif isinstance(node, ast.Constant) and CODE.fullmatch(str(node.value)):
        yield str(node.value)
    elif isinstance(node, ast.Name) and node.id in names:
        yield from codes(names[node.id], names)
    elif node is None or ast.unparse(node) not in GIVEN_ELSEWHERE:
        raise LookupError(f"which code is {ast.unparse(node) if node else 'missing'}?")
