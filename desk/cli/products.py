"""`atmpflow products [CODE]`: the catalogue, and the limits of one product with their sources."""

from collections.abc import Iterator
from typing import Annotated

import typer

from atmpflow.products.catalogue import catalogue, product
from atmpflow.products.spec import Band, Criterion, ProductSpec, ReleaseTest, UseWindow
from desk.cli.frame import AsJson, new_app, product_codes
from desk.cli.output import lasting, say, show_json, table

app = new_app()

Line = tuple[str, str, str]
"""What, its figure, and the source of the figure."""


@app.command("products")
def products(
    code: Annotated[
        str, typer.Argument(help="Show the limits of this product.", autocompletion=product_codes)
    ] = "",
    *,
    as_json: AsJson = False,
) -> None:
    """List the products, or show the limits of one, each with its source."""
    if code:
        _show_one(product(code), as_json=as_json)
        return
    known = [spec for _, spec in sorted(catalogue().items())]
    if as_json:
        show_json([_brief(spec) for spec in known])
        return
    columns = ("Code", "Kind", "Pathway", "Store", "Use within", "Follow-up")
    table("", columns, [_row(spec) for spec in known])


def _brief(spec: ProductSpec) -> dict[str, str]:
    return {
        "code": spec.code,
        "name": spec.name,
        "inn": spec.inn,
        "kind": spec.kind,
        "pathway": spec.pathway,
        "licence": spec.licence,
        "holder": spec.holder,
    }


def _row(spec: ProductSpec) -> tuple[str, ...]:
    windows = "\n".join(_window(one) for one in spec.use_windows)
    follow_up = f"{spec.follow_up.years} y"
    return spec.code, spec.kind, spec.pathway, band(spec.storage), windows, follow_up


def band(limits: Band) -> str:
    """A temperature band in words; degrees Celsius."""
    if limits.low_c is None:
        return f"up to {limits.high_c:g} °C"
    return f"{limits.low_c:g} to {limits.high_c:g} °C"


def _window(one: UseWindow) -> str:
    return f"{lasting(one.minutes)} from {one.begins}"


class Sources:
    """Sources as numbers, each listed once at the end."""

    def __init__(self) -> None:
        self._known: dict[str, int] = {}

    def number(self, source: str) -> str:
        return str(self._known.setdefault(source, len(self._known) + 1))

    def show(self) -> None:
        rows = [(str(number), source) for source, number in self._known.items()]
        table("\nSources", ("", "Document and section"), rows)


def _show_one(spec: ProductSpec, *, as_json: bool) -> None:
    if as_json:
        show_json(spec.model_dump(mode="json"))
        return
    sources = Sources()
    say(f"{spec.name} ({spec.code}): {spec.inn}, {spec.kind}, {spec.pathway}")
    say(f"{spec.licence}, {spec.holder}")
    say(spec.indication)
    limits = [(what, figure, sources.number(source)) for what, figure, source in limits_of(spec)]
    table("\nLimits", ("What", "Figure", "Source"), limits)
    questions = [
        (one.code, one.question, _right(one), sources.number(one.source))
        for one in spec.eligibility
    ]
    title = "\nScreening: record-screening --answers CODE=VALUE"
    table(title, ("Code", "Question", "Right answer", "Source"), questions)
    tests = [(one.name, _right(one), sources.number(one.source)) for one in spec.release_tests]
    if tests:
        title = "\nRelease tests: record-quality-results --results NAME=VALUE"
        table(title, ("Name", "Specification", "Source"), tests)
    sources.show()


def _right(limits: Criterion | ReleaseTest) -> str:
    if limits.must_be is not None:
        return str(limits.must_be).lower()
    parts = [f"at least {limits.low:g}"] if limits.low is not None else []
    parts += [f"at most {limits.high:g}"] if limits.high is not None else []
    unit = limits.unit if isinstance(limits, ReleaseTest) else ""
    return f"{', '.join(parts)} {unit}".rstrip()


def limits_of(spec: ProductSpec) -> Iterator[Line]:
    """Every limit of a product in words, with its source."""
    yield from _material(spec)
    life = lasting(spec.storage.shelf_life_h * 60)
    yield "Storage", f"{spec.storage.state}, {band(spec.storage)}", spec.storage.source
    yield "Shelf life", life, spec.storage.source
    if spec.shipper:
        yield "Shipment", band(spec.shipper), spec.shipper.source
    for one in spec.use_windows:
        yield "Use", f"within {_window(one)}", one.source
    dose = spec.dose
    scale = f"{dose.unit}/kg" if dose.per_kg else dose.unit
    days = ", ".join(str(day) for day in dose.days)
    yield "Dose", f"{dose.low:g} to {dose.high:g} {scale} on day {days}", dose.source
    yield from _care(spec)


def _material(spec: ProductSpec) -> Iterator[Line]:
    material = spec.starting_material
    if material is None:
        return
    figure = f"{material.kind}, {material.state}, {band(material.transport)}"
    yield "Material", figure, material.source
    least = f"{material.at_least:g} {material.measure}"
    yield "Enough", f"{least}, viability {material.viability_at_least_pct:g} %", material.source
    yield "Begin making", f"within {lasting(material.expires_h * 60)}", material.source


def _care(spec: ProductSpec) -> Iterator[Line]:
    if spec.conditioning:
        one = spec.conditioning
        figure = f"{one.regimen}, {one.days_before_low} to {one.days_before_high} days before"
        yield "Conditioning", figure, one.source
    watch = spec.monitoring
    near = f", near the centre {watch.stay_near_days} days" if watch.stay_near_days else ""
    yield "Monitoring", f"{watch.days} days{near}", watch.source
    if watch.tocilizumab_doses_on_site:
        yield "Tocilizumab on site", f"doses: {watch.tocilizumab_doses_on_site}", watch.source
    visits = spec.follow_up.visits_day
    figure = f"{spec.follow_up.years} years, {len(visits)} visits, the first on day {visits[0]}"
    yield "Follow-up", figure, spec.follow_up.source
