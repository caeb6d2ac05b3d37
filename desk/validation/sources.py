"""What people write for a validation pack, read from `validation/` into typed shapes."""

import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from atmpflow.errors import Refused

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "validation"

Text = Annotated[str, StringConstraints(min_length=3, strip_whitespace=True)]
TestId = Annotated[str, StringConstraints(pattern=r"^tests/[\w/]+\.py::\w+$")]
Level = Literal["high", "medium", "low"]
Scale = Annotated[int, Field(ge=1, le=5)]


class Shape(BaseModel):
    """Nothing but what is named, and never changed."""

    model_config = ConfigDict(extra="forbid", frozen=True)


Kind = TypeVar("Kind", bound=Shape)


class Tried(Shape):
    """Something with tests: those of the default run, and long ones in addition."""

    tests: tuple[TestId, ...] = ()
    slow: tuple[TestId, ...] = ()


class Requirement(Tried):
    """A user requirement: in the user's words, with the clause that it comes from."""

    id: Annotated[str, StringConstraints(pattern=r"^URS-\d{3}$")]
    text: Text
    source: Text
    risk: Level
    functions: tuple[str, ...] = Field(min_length=1)
    area: str = ""


class Failure(Shape):
    """A way in which a function could fail (risk assessment after GAMP 5)."""

    mode: Text
    effect: Text
    severity: Level
    probability: Level
    detection: Level
    """How likely it is that the failure is noticed before it does harm."""
    measure: Text


class Function(Shape):
    """What the system does: a functional specification, with where it stands."""

    id: Annotated[str, StringConstraints(pattern=r"^FS-\d{2}$")]
    title: Text
    text: Text
    modules: tuple[str, ...] = Field(min_length=1)
    pages: tuple[str, ...] = Field(min_length=1)
    failure: tuple[Failure, ...] = Field(min_length=1)


class Control(Tried):
    """What makes a hazard less likely, and the tests that show it."""

    id: Annotated[str, StringConstraints(pattern=r"^HAZ-\d{2}-C\d$")]
    text: Text


class Hazard(Shape):
    """A line of the hazard log (DCB0129): severity and likelihood from 1 to 5, before and after."""

    id: Annotated[str, StringConstraints(pattern=r"^HAZ-\d{2}$")]
    title: Text
    hazard: Text
    effect: Text
    causes: tuple[Text, ...] = Field(min_length=1)
    harms: tuple[Literal["H1", "H2", "H3", "H4", "H5"], ...]
    wrong: tuple[Annotated[str, StringConstraints(pattern=r"^D([1-9]|1[0-2])$")], ...]
    severity_before: Scale
    likelihood_before: Scale
    severity_after: Scale
    likelihood_after: Scale
    residual: Text
    owner: Text
    transferred: tuple[Text, ...]
    """What is left to who uses the system (DCB0160)."""
    control: tuple[Control, ...] = ()


class Category(Shape):
    part: Text
    category: Literal["1", "3", "4", "5"]
    why: Text


class Use(Shape):
    intended: tuple[Text, ...]
    not_for: tuple[Text, ...]
    gxp: Text
    category: tuple[Category, ...]


class Plan(Shape):
    scope: Text
    approach: tuple[Text, ...]
    acceptance: tuple[Text, ...]
    changes: Text


class Role(Shape):
    name: Text
    does: Text
    signs: Text
    """What the signature means (21 CFR 11.50)."""


class Deviation(Shape):
    """A known limit: what it means, and until what it stands."""

    id: Annotated[str, StringConstraints(pattern=r"^DEV-\d{2}$")]
    title: Text
    text: Text
    impact: Text
    until: Text


class Review(Shape):
    text: tuple[Text, ...]


class Fact(Shape):
    text: Text
    source: Text
    measure: Text


class Supplier(Shape):
    name: Text
    package: str
    maker: Text
    use: Text
    risk: Level
    conclusion: Text
    fact: tuple[Fact, ...] = Field(min_length=1)


class Statements(Shape):
    use: Use
    plan: Plan
    role: tuple[Role, ...]
    deviation: tuple[Deviation, ...]
    review: Review
    supplier: tuple[Supplier, ...]


class Sources(Shape):
    """All of it."""

    requirements: tuple[Requirement, ...]
    functions: tuple[Function, ...]
    hazards: tuple[Hazard, ...]
    statements: Statements

    def controls(self) -> Iterator[Control]:
        """Every control of every hazard."""
        for hazard in self.hazards:
            yield from hazard.control

    def tried(self) -> Iterator[tuple[str, Tried]]:
        """Everything that must have a test, by its id."""
        for one in (*self.requirements, *self.controls()):
            yield one.id, one


def read(folder: Path = FOLDER) -> Sources:
    """Read every file of the folder.

    Raises `Refused` (validation-file-invalid) with file and field, and (validation-files-missing)
    where this is no copy of the repository.
    """
    if not folder.is_dir():
        raise Refused(
            "validation-files-missing",
            "validation",
            "A validation pack is made from a copy of the repository; this is none.",
            "Run it in a clone of the release.",
        )
    return Sources(
        requirements=tuple(_requirements(sorted((folder / "requirements").glob("*.toml")))),
        functions=tuple(_listed(folder / "functions.toml", "function", Function)),
        hazards=tuple(
            one
            for file in sorted((folder / "hazards").glob("*.toml"))
            for one in _listed(file, "hazard", Hazard)
        ),
        statements=_shaped(
            folder / "statements.toml", Statements, _toml(folder / "statements.toml")
        ),
    )


def _requirements(files: Iterable[Path]) -> Iterator[Requirement]:
    for file in files:
        content = _toml(file)
        for one in content.get("requirement", ()):
            yield _shaped(file, Requirement, {**one, "area": content.get("area", "")})


def _listed(file: Path, name: str, kind: type[Kind]) -> Iterator[Kind]:
    for one in _toml(file).get(name, ()):
        yield _shaped(file, kind, one)


def _toml(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, OSError) as error:
        raise _invalid(file, "", str(error)) from None


def _shaped(file: Path, kind: type[Kind], value: dict[str, Any]) -> Kind:
    try:
        return kind.model_validate(value)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in (value.get("id", ""), *first["loc"]) if part != "")
        raise _invalid(file, where, first["msg"]) from None


def _invalid(file: Path, field: str, message: str) -> Refused:
    return Refused(
        "validation-file-invalid",
        f"{file.name}: {field}" if field else file.name,
        f"This file of the validation pack cannot be read: {message}.",
        "Compare it with its neighbours; the shapes are in desk/validation/sources.py.",
    )
