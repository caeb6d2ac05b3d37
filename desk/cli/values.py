"""From the words of a command line to the values of a form's fields."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel

from atmpflow.events.manufacture import TestResult
from desk.cli.fields import Shape, shape


def typed(form: type[BaseModel], words: Mapping[str, Any]) -> dict[str, Any]:
    """The values of the options that were given; the form itself judges them."""
    return {
        name: _value(shape(form.model_fields[name]), word)
        for name, word in words.items()
        if word is not None and word != []
    }


def _value(kind: Shape, word: Any) -> Any:
    if kind.kind == "many":
        return [entry for text in word for entry in _entries(kind, text)]
    if kind.kind == "pairs":
        return _pairs(word)
    return word


def _entries(kind: Shape, text: str) -> Iterable[Any]:
    """One entry, or several as a JSON list."""
    if text.lstrip().startswith(("[", "{")):
        found = _json(text)
        return found if isinstance(found, list) else [found]
    return [_of_pairs(kind.form, text) if kind.form else text]


def _of_pairs(form: type[BaseModel], text: str) -> Any:
    """An entry as `name=value,name=value`; a test result also as `sterility=negative`."""
    pairs = [part.partition("=") for part in text.split(",")]
    if not all(equals for _, equals, _ in pairs):
        return text
    if form is TestResult and len(pairs) == 1 and pairs[0][0] not in form.model_fields:
        return _result(pairs[0][0], pairs[0][2])
    return {name.strip(): value.strip() for name, _, value in pairs}


def _result(test: str, found: str) -> dict[str, Any]:
    value = _number(found)
    said = {"outcome": found.strip()} if value is None else {"value": value}
    return {"test": test.strip(), **said}


def _pairs(words: Iterable[str]) -> Any:
    answers: dict[str, Any] = {}
    for word in words:
        if word.lstrip().startswith("{"):
            found = _json(word)
            if not isinstance(found, dict):
                return word
            answers |= found
            continue
        name, equals, value = word.partition("=")
        if not equals or name.strip() in answers:
            return word  # not a pair, or one question with two answers: the form refuses it
        answers[name.strip()] = _answer(value.strip())
    return answers


def _answer(text: str) -> Any:
    known = {"true": True, "yes": True, "false": False, "no": False}
    if text.lower() in known:
        return known[text.lower()]
    value = _number(text)
    return text if value is None else value


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text
