"""GS1's own cases, from the published tests of its syntax engine; `^` stands there for FNC1."""

from typing import Any

from atmpflow.codes.elements import SEPARATOR

from .vectors import vectors


def cases(name: str) -> list[dict[str, Any]]:
    """The cases of one list; skips where they are not on this machine."""
    return vectors("gs1-ai-digital-link-vectors.json")[name]


def sent(text: str) -> str:
    """As a scanner sends it."""
    return text.replace("^", SEPARATOR)


def strictly_wrong(name: str, column: str) -> list[str]:
    """Inputs that are right only when the engine is told to be lenient: listed as both."""
    found = cases(name)
    right = {case[column] for case in found if case["valid"]}
    return [case[column] for case in found if not case["valid"] and case[column] in right]
