"""docs/products.md: the catalogue with its key figures and where each is from."""

from collections.abc import Iterator

from atmpflow.products.catalogue import catalogue
from atmpflow.products.spec import Band, ProductSpec, UseWindow
from desk.pages.markdown import cell, page, table

INTRODUCTION = """
The products that come with atmpflow, from the files in
[`atmpflow/products`](../atmpflow/products). Adding one is one more file: see
[Adding](adding.md#a-product).

> **Check before use.** The figures were taken from public documents, named beside each. Documents
> are revised. Some figures are not the manufacturer's, or their text was not at hand: their source
> says *planning figure*, *not seen when coded* or *check before use*. Before a product is used for
> patients, its pharmacy checks every figure against the current summary of product characteristics
> and the manufacturer's manual.
"""

PATHWAYS = {
    "autologous": "autologous",
    "allogeneic": "allogeneic",
    "in-vivo": "in vivo",
    "tissue-engineered": "tissue engineered",
}

HOURS_A_DAY = 24


def band(one: Band) -> str:
    """Temperatures in words."""
    said = f"≤ {one.high_c:g}" if one.low_c is None else f"{one.low_c:g} to {one.high_c:g}"
    return f"{said} °C".replace("-", "−")


def hours(number: int) -> str:
    """Hours as they are spoken of: days where they are whole and more than two."""
    if number % HOURS_A_DAY == 0 and number > 2 * HOURS_A_DAY:
        return f"{number // HOURS_A_DAY} days"
    return f"{number} h"


def _minutes(number: int) -> str:
    return hours(number // 60) if number % 60 == 0 else f"{number} min"


def window(one: UseWindow) -> str:
    """One window of use in words."""
    start = one.start_within_minutes
    begin = f", begun within {_minutes(start)}" if start else ""
    return f"{_minutes(one.minutes)} from {one.begins}{begin}"


def _summary(spec: ProductSpec) -> tuple[str, ...]:
    return (
        f"[{spec.name}](#{spec.name.lower()})",
        PATHWAYS[spec.pathway],
        band(spec.storage),
        hours(spec.storage.shelf_life_h),
        "; ".join(window(one) for one in spec.use_windows),
        f"{spec.monitoring.days} d",
        f"{spec.follow_up.years} y",
    )


def _figures(spec: ProductSpec) -> Iterator[tuple[str, str, str]]:
    material = spec.starting_material
    if material:
        kept = f"{material.state}, {band(material.transport)}"
        yield (
            f"{material.kind.replace('-', ' ').capitalize()}, transport",
            kept,
            (material.transport.source),
        )
        enough = f"at least {material.at_least:g} {material.measure}"
        viable = f"viability at least {material.viability_at_least_pct:g} %"
        within = f"manufacture begun within {hours(material.expires_h)}"
        yield "Starting material", f"{enough}; {viable}; {within}", material.source
    if spec.manufacture:
        yield "Manufacture", f"{spec.manufacture.days} days", spec.manufacture.source
    kept = f"{spec.storage.state}, {band(spec.storage)}"
    yield (
        "Storage and shelf life",
        f"{kept}; {hours(spec.storage.shelf_life_h)}",
        (spec.storage.source),
    )
    if spec.shipper:
        yield "While shipped", band(spec.shipper), spec.shipper.source
    for one in spec.use_windows:
        yield "Window of use", window(one), one.source
    yield from _treatment(spec)


def _treatment(spec: ProductSpec) -> Iterator[tuple[str, str, str]]:
    before = spec.conditioning
    if before:
        interval = f"{before.days_before_low} to {before.days_before_high} days before"
        yield "Conditioning", f"{before.regimen}; ended {interval}", before.source
    dose, after, visits = spec.dose, spec.monitoring, spec.follow_up
    amount = f"{dose.low:g} to {dose.high:g}" if dose.low != dose.high else f"{dose.low:g}"
    given = f"{len(dose.days)} dose{'s' * (len(dose.days) > 1)}"
    weight = " for each kg" if dose.per_kg else ""
    yield "Dose", f"{given}, {amount} {dose.unit}{weight}", dose.source
    near = f"; near the centre {after.stay_near_days} days" if after.stay_near_days else ""
    yield "Monitoring", f"{after.days} days{near}; graded by {after.graded}", after.source
    plan = f"{len(visits.visits_day)} visits in {visits.years} years"
    yield "Follow-up", plan, visits.source


def _product(spec: ProductSpec) -> str:
    about = f"{cell(spec.inn)}: {cell(spec.kind)}. {cell(spec.indication)}."
    licence = f"Licence {cell(spec.licence)}, {cell(spec.holder)}. Source: {cell(spec.source)}."
    rows = ((figure, cell(value), cell(source)) for figure, value, source in _figures(spec))
    tests = f"{len(spec.eligibility)} criteria of eligibility"
    if spec.release_tests:
        tests += f" and {len(spec.release_tests)} release tests"
    file = f"{tests}, each with its source: [the file](../atmpflow/products/{spec.code}.toml)."
    figures = table(("Figure", "Value", "Source"), rows)
    return "\n\n".join((f"### {spec.name}", f"{about} {licence}", figures, file))


def text() -> str:
    """The page."""
    specs = sorted(catalogue().values(), key=lambda spec: spec.name)
    columns = ("Product", "Pathway", "Storage", "Shelf life", "Use", "Observed", "Follow-up")
    summary = table(columns, (tuple(map(cell, _summary(spec))) for spec in specs))
    each = (_product(spec) for spec in specs)
    return page("Products", INTRODUCTION, summary, "## Each product", *each)
