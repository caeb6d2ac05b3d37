"""docs/pathways.md: every pathway with its stages, drawn; every stage with its steps."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta

from atmpflow.course import ENDINGS
from atmpflow.pathways import STAGE_NAMES, Stage, Step, stages_of
from atmpflow.people import Role
from atmpflow.products.catalogue import catalogue
from atmpflow.products.spec import ProductSpec
from desk.pages.markdown import cell, code, page, table

TITLES = {
    "autologous": "Autologous, made from the patient's own cells",
    "tissue-engineered": "Tissue engineered",
    "in-vivo": "In vivo gene therapy",
    "allogeneic": "Allogeneic, from stock",
}

PARTS = {
    "Before treatment": ("referral", "eligibility", "approval", "consent"),
    "Slots, order, material": ("scheduling", "ordering", "matching", "collection", "dispatch"),
    "The product": ("manufacture", "quality", "release", "delivery"),
    "Treatment and after": ("conditioning", "administration", "monitoring", "follow_up"),
}
"""Rows of the diagrams, so that fifteen stages fit a screen."""

INTRODUCTION = """
Which stages a patient's journey passes, what each waits for, who owes it, and within what time.
The source is [`atmpflow/pathways.py`](../atmpflow/pathways.py); nothing is written twice.

A stage is a row of **steps**; a journey always waits for exactly one. Steps of *the engine* are
done by the stage's flow at once. All others are somebody's, recorded with the
[command](commands.md) in the first column. A step that what happened made needless is passed over:
a shipment that the engine accepted needs no decision on a deviation. **Within** is an operational
default: when it has passed, the journey's stage tells whose step is late. It is not a limit of a
licence; those are in the [product files](products.md).
"""

AT_ANY_TIME = """
At any time in every stage: `place-hold` stops the journey, `lift-hold` by two different people
lets it go on, `withdraw` ends it. While a hold is open nothing else is accepted, and later no step
towards the patient with a time at which it was open.
"""


def _products(pathway: str) -> list[ProductSpec]:
    return [spec for spec in catalogue().values() if spec.pathway == pathway]


def _longest(specs: Iterable[ProductSpec]) -> tuple[Stage, ...]:
    """The stages of the product that has the most of them."""
    return max((stages_of(spec) for spec in specs), key=len)


def _diagram(stages: Sequence[Stage], optional: set[str]) -> str:
    """Rows of stages; a dashed border means that not every product has it."""
    lines = ["```mermaid", "flowchart TB"]
    names = list(PARTS)
    for number, (title, members) in enumerate(PARTS.items()):
        row = [stage for stage in stages if stage.name in members]
        lines += [f'  subgraph p{number}["{title}"]', "    direction LR"]
        lines.append("    " + " --> ".join(f'{one.name}["{one.title}"]' for one in row))
        lines.append("  end")
    lines += [f"  p{number} --> p{number + 1}" for number in range(len(names) - 1)]
    lines += [f"  style {name} stroke-dasharray: 5 5" for name in sorted(optional)]
    return "\n".join([*lines, "```"])


def _pathway(name: str) -> str:
    specs = _products(name)
    stages = _longest(specs)
    optional = {
        stage.name
        for stage in stages
        if any(stage.name not in {one.name for one in stages_of(spec)} for spec in specs)
    }
    lead = f"Products: {', '.join(spec.name for spec in specs)}."
    dashed = "A dashed stage is passed only where the product needs it." if optional else ""
    return "\n\n".join(
        part for part in (f"## {TITLES[name]}", lead, _diagram(stages, optional), dashed) if part
    )


def _merged(versions: Sequence[Stage]) -> tuple[Stage, set[tuple[str, ...]]]:
    """Every step that some version of a stage has, and which of them others leave out."""
    full = max(versions, key=lambda stage: len(stage.steps))
    always = set.intersection(*({_key(step) for step in one.steps} for one in versions))
    steps = list(full.steps)
    for one in versions:
        for place, step in enumerate(one.steps):
            if _key(step) not in {_key(known) for known in steps}:
                steps.insert(place + 1, step)
    return replace(full, steps=tuple(steps)), {_key(step) for step in steps} - always


def _key(step: Step) -> tuple[str, ...]:
    return step.command.name, *step.ended_by


def _stage(name: str) -> str:
    versions = list(
        dict.fromkeys(
            stage
            for spec in catalogue().values()
            for stage in stages_of(spec)
            if stage.name == name
        )
    )
    if not versions:
        return ""
    stage, sometimes = _merged(sorted(versions, key=lambda one: len(one.steps)))
    columns = ("Step", "Who", "Ends when", "Within")
    rows = (_row(step, some=_key(step) in sometimes) for step in stage.steps)
    note = "¹ Not for every product." if sometimes else ""
    parts = (f"### {stage.title}", table(columns, rows), note, "\n".join(_notes(stage)))
    return "\n\n".join(part for part in parts if part)


def _row(step: Step, *, some: bool) -> tuple[str, ...]:
    ours = step.owner is Role.SYSTEM
    name = f"`{step.command.name}`" + (" ¹" if some else "")
    who = "*the engine*" if ours else step.owner.value
    return name, who, code(step.ended_by), "at once" if ours else _spoken(step.within)


def _spoken(within: timedelta) -> str:
    hours = round(within / timedelta(hours=1))
    number, word = (hours // 24, "day") if hours % 24 == 0 else (hours, "hour")
    return f"{number} {word}" + ("" if number == 1 else "s")


def _notes(stage: Stage) -> Iterator[str]:
    for step in stage.steps:
        if step.returns_on:
            yield f"- Back to `{step.command.name}` after {code(step.returns_on)}."
        if step.also:
            others = code(other.name for other in step.also)
            yield f"- While `{step.command.name}` is awaited, {others} is accepted too."


def text() -> str:
    """The page."""
    endings = table(
        ("Event", "The journey has ended as"),
        ((f"`{event}`", cell(ended)) for event, ended in ENDINGS.items()),
    )
    return page(
        "Pathways",
        INTRODUCTION,
        *(_pathway(name) for name in TITLES),
        "## Stages and their steps",
        AT_ANY_TIME,
        *(_stage(name) for name in STAGE_NAMES),
        "## How a journey ends",
        endings,
    )
