"""Every product of the catalogue is whole, sourced and fit for its pathway."""

import re
from collections.abc import Iterator

import pytest
from pydantic import BaseModel

from atmpflow.errors import Refused
from atmpflow.pathways import stages_of
from atmpflow.products.catalogue import catalogue, product
from atmpflow.products.spec import ProductSpec, Section

PRODUCTS = [pytest.param(spec, id=code) for code, spec in catalogue().items()]
MADE_FOR_ONE = ("autologous", "tissue-engineered")
TOLD = re.compile(r"[0-9]|planning figure|not public")
"""A source names a section or year, or says plainly that the figure is no label's."""

SAFETY = {"sterility", "mycoplasma", "endotoxin"}

every_product = pytest.mark.parametrize("spec", PRODUCTS)


def _sections(model: BaseModel) -> Iterator[Section]:
    for name in type(model).model_fields:
        value = getattr(model, name)
        for part in value if isinstance(value, tuple) else (value,):
            if isinstance(part, Section):
                yield part
                yield from _sections(part)


def test_at_least_fourteen_products_cover_all_four_pathways():
    assert len(catalogue()) >= 14
    pathways = {spec.pathway for spec in catalogue().values()}
    assert pathways == {"autologous", "allogeneic", "in-vivo", "tissue-engineered"}


def test_the_catalogue_is_read_once_and_cannot_be_changed():
    assert catalogue() is catalogue()
    with pytest.raises(TypeError):
        catalogue()["kymriah"] = product("yescarta")  # type: ignore[index]


def test_an_unknown_product_is_refused_with_the_known_ones_named():
    with pytest.raises(Refused) as refused:
        product("kymira")
    assert refused.value.code == "product-unknown"
    assert all(code in refused.value.remedy for code in catalogue())


@every_product
def test_every_section_says_where_its_figures_are_from(spec: ProductSpec):
    sections = list(_sections(spec))
    assert len(sections) >= 6
    for section in sections:
        assert TOLD.search(section.source), section


@every_product
def test_only_what_is_made_from_the_patient_is_collected_made_and_tested(spec: ProductSpec):
    made = spec.pathway in MADE_FOR_ONE
    assert (spec.starting_material is not None) == made
    assert (spec.manufacture is not None) == made
    assert bool(spec.release_tests) == made


@every_product
def test_what_is_made_is_tested_for_identity_life_strength_and_safety(spec: ProductSpec):
    names = {test.name for test in spec.release_tests}
    if spec.pathway in MADE_FOR_ONE:
        assert names >= {"identity", "viability", "potency"} | SAFETY
    if "lentiviral" in spec.kind or "CAR-T" in spec.kind:
        assert names >= {"vector-copy-number", "replication-competent-virus"}


@every_product
def test_donors_of_material_are_tested_within_thirty_days(spec: ProductSpec):
    virology = [item for item in spec.eligibility if item.code == "virology-age-days"]
    assert [item.high for item in virology] == ([30] if spec.starting_material else [])


@every_product
def test_what_is_frozen_is_thawed_in_its_pathway(spec: ProductSpec):
    commands = {step.command.name for stage in stages_of(spec) for step in stage.steps}
    shipped = spec.shipper or spec.storage
    frozen = shipped.high_c <= -60
    assert frozen == any(window.begins == "thaw" for window in spec.use_windows)
    assert frozen == ("thaw-product" in commands)


@every_product
def test_a_car_t_product_is_graded_by_astct_and_needs_tocilizumab_on_site(spec: ProductSpec):
    car_t = spec.kind.startswith("CAR-T")
    assert (spec.monitoring.graded == "ASTCT-2019") == car_t
    assert (spec.monitoring.tocilizumab_doses_on_site >= 1) == car_t
    assert (spec.monitoring.stay_near_days == 28) == car_t


@every_product
def test_gene_therapy_is_followed_for_fifteen_years_with_a_visit_in_each(spec: ProductSpec):
    last_day = spec.follow_up.visits_day[-1]
    years = {round(day / 365.25) for day in spec.follow_up.visits_day}
    assert years >= set(range(1, spec.follow_up.years + 1))
    if spec.code not in ("ebvallo", "holoclar"):
        assert (spec.follow_up.years, last_day) == (15, 5479)


@every_product
def test_no_window_outlives_the_product(spec: ProductSpec):
    shelf_life_min = spec.storage.shelf_life_h * 60
    for window in spec.use_windows:
        assert window.minutes <= shelf_life_min
        assert (window.start_within_minutes or 0) <= window.minutes


def test_one_question_has_one_code_and_one_kind_of_answer_in_all_products():
    kinds: dict[str, set[bool]] = {}
    questions: dict[str, set[str]] = {}
    for spec in catalogue().values():
        for item in spec.eligibility:
            kinds.setdefault(item.code, set()).add(item.must_be is None)
            questions.setdefault(item.code, set()).add(item.question)
    assert all(len(found) == 1 for found in kinds.values())
    assert {code: found for code, found in questions.items() if len(found) > 1} == {}


def test_the_split_dose_and_the_second_eye_are_planned():
    assert product("aucatzyl").dose.days == (0, 9)
    assert product("luxturna").dose.days == (0, 6)
    assert product("ebvallo").dose.days == (0, 7, 14)
