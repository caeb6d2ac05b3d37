"""Does a FHIR resource keep to R4? Where it does not: the place, without what was given there.

Shapes come from the `fhir-resources` library (R4B, which has the shapes of R4 for what is sent
here); its codes with a required binding are held here, because the library lets any code pass.
"""

from collections.abc import Iterator
from typing import Any, cast

from pydantic import BaseModel, ValidationError

from atmpflow.errors import Refused
from tasks.intake.fhir_codes import allowed
from tasks.intake.fhir_path import not_conformant
from tasks.intake.refusals import suggestion

MOST = 50
"""Faults told of one file; a file with more is told of the first."""

WORDS = {
    "missing": "This element is required, and missing.",
    "model_field_validation.missing": "This element is required, and missing.",
    "list_type": "This element is a list.",
    "string_type": "This element is a text.",
    "fhir-validation-wrong-resource-type": "Another type stands here than R4 wants.",
}
"""What is wrong, by the kind of fault."""


def nonconformities(value: Any) -> tuple[Refused, ...]:
    """Everything in which a JSON value breaks R4, each with its path; none: it conforms."""
    found = list(_of_resource(value, ""))
    return tuple(found[:MOST])


def _of_resource(value: Any, path: str) -> Iterator[Refused]:
    if not isinstance(value, dict) or not isinstance(value.get("resourceType"), str):
        yield not_conformant(path, "A resource is an object with a resourceType.")
        return
    if value["resourceType"] == "Bundle":
        yield from _of_bundle(value, path)
        return
    yield from _of_alone(value, path)


def _of_bundle(bundle: dict[str, Any], path: str) -> Iterator[Refused]:
    """The Bundle's own elements, then each resource for itself: one fault hides no other."""
    entries = bundle.get("entry")
    if not isinstance(entries, list):
        yield from _of_alone(bundle, path)
        return
    shells = [_shell(one) for one in entries]
    yield from _of_alone({**bundle, "entry": shells}, path)
    for number, entry in enumerate(entries):
        if isinstance(entry, dict) and "resource" in entry:
            yield from _of_resource(entry["resource"], _join(path, f"entry[{number}].resource"))


def _shell(entry: Any) -> Any:
    if not isinstance(entry, dict):
        return entry
    return {name: value for name, value in entry.items() if name != "resource"}


def _of_alone(value: dict[str, Any], path: str) -> Iterator[Refused]:
    # Imported here: the models take half a second, and most commands read no FHIR.
    from fhir.resources.R4B import get_fhir_model_class  # noqa: PLC0415

    try:
        model: Any = get_fhir_model_class(value["resourceType"])
        if "Resource" not in {kind.__name__ for kind in model.__mro__}:
            raise TypeError("a data type is no resource")
        found: Any = model.model_validate(value)
    except ValidationError as error:
        for one in error.errors(include_url=False, include_input=False, include_context=False):
            yield _fault(value, one["loc"], one["type"], path)
    except RecursionError:
        yield not_conformant(path, "Nested too deeply.")
    except (AttributeError, KeyError, TypeError, ValueError):
        yield from _failed(value, path)
    else:
        yield from _codes(found, path)


def _failed(value: Any, path: str) -> Iterator[Refused]:
    """Where the library itself fails: at what it takes for a text, or at a type it lacks."""
    wrong = _addresses(value, path)
    for place in wrong:
        yield not_conformant(place, "An address is a text.")
    if not wrong:
        yield not_conformant(path, "R4 has no resource of this type, here or inside.")


def _addresses(value: Any, path: str) -> list[str]:
    """Where an address should be and something stands that is no text."""
    if isinstance(value, list):
        return [
            found
            for place, one in enumerate(cast("list[Any]", value))
            for found in _addresses(one, f"{path}[{place}]")
        ]
    if not isinstance(value, dict):
        return []
    wrong: list[str] = []
    for name, one in cast("dict[str, Any]", value).items():
        here = _join(path, name)
        if name.lower().endswith(("url", "endpoint")) and not isinstance(one, str):
            wrong.append(here)
        wrong += _addresses(one, here)
    return wrong


def _fault(value: Any, loc: tuple[Any, ...], kind: str, path: str) -> Refused:
    if kind == "extra_forbidden":
        return _unknown(value, loc, path)
    place = [part for part in loc if part not in ("root", "resource_type")]
    text = WORDS.get(kind, "This element does not have the form that R4 wants.")
    return not_conformant(_join(path, _written(place)), text)


def _unknown(value: Any, loc: tuple[Any, ...], path: str) -> Refused:
    """An element that R4 does not have: never named, since it may be anything; only its place."""
    parent, name = loc[:-1], str(loc[-1])
    known = _known(value, parent)
    text = "An element is given here that R4 does not have." + suggestion(name, known)
    return not_conformant(_join(path, _written(parent)), text)


def _known(value: Any, parent: tuple[Any, ...]) -> list[str]:
    """The elements of the resource itself; deeper ones are not looked for."""
    from fhir.resources.R4B import get_fhir_model_class  # noqa: PLC0415

    if parent:
        return []
    fields: Any = get_fhir_model_class(value["resourceType"]).model_fields
    names = (field.alias or name for name, field in fields.items())
    return [name for name in names if not name.endswith("__ext")]


def _codes(model: BaseModel, path: str) -> Iterator[Refused]:
    """Codes that their binding does not have, in a model and in everything below it."""
    for name, field in type(model).model_fields.items():
        given = getattr(model, name)
        at = _join(path, field.alias or name)
        for place, one in _each(given, at):
            if isinstance(one, BaseModel):
                yield from _codes(one, place)
            elif isinstance(one, str):
                codes = allowed(type(model).__name__, name, field)
                if codes and one not in codes:
                    yield not_conformant(place, f"R4 has these codes here: {', '.join(codes)}.")


def _each(given: Any, path: str) -> Iterator[tuple[str, Any]]:
    if isinstance(given, list):
        for number, one in enumerate(given):
            yield f"{path}[{number}]", one
    elif given is not None:
        yield path, given


def _written(parts: Any) -> str:
    """`('entry', 0, 'resource')` as `entry[0].resource`."""
    text = ""
    for part in parts:
        text += f"[{part}]" if isinstance(part, int) else f".{part}"
    return text.removeprefix(".")


def _join(path: str, more: str) -> str:
    return ".".join(filter(None, (path, more)))
