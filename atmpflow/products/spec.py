"""The typed shape of a product file: limits of one ATMP, every section with its source."""

from collections.abc import Iterable
from datetime import timedelta
from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

PathwayName = Literal["autologous", "allogeneic", "in-vivo", "tissue-engineered"]
Source = Annotated[
    str, Field(min_length=8, description="document and section the figures are from")
]
Celsius = Annotated[float, Field(ge=-273.15, le=60)]
Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$")]
"""A stable name in kebab case, the same in every product where the question is the same."""


def _ascending(days: Iterable[int]) -> bool:
    return all(earlier < later for earlier, later in pairwise(days))


def _require(right: bool, otherwise: str) -> None:  # noqa: FBT001 - reads as a sentence
    if not right:
        raise ValueError(otherwise)


class Section(BaseModel):
    """Figures that share one source."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: Source


class Limits(Section):
    """A range, or one right answer; never neither, never both."""

    low: float | None = None
    high: float | None = None

    def require_one_kind(self, right_answer: object) -> None:
        """Raises ValueError when a range and a right answer are both given, or neither."""
        ranged = self.low is not None or self.high is not None
        _require(ranged != (right_answer is not None), "give low and/or high, or must_be, not both")
        if self.low is not None and self.high is not None:
            _require(self.low <= self.high, "low is above high")


class Band(Section):
    """Temperatures at which material may be kept, in Celsius; without `low_c` no lower limit."""

    low_c: Celsius | None = None
    high_c: Celsius
    stability_budget_min: Annotated[int, Field(ge=0)] = 0
    """Minutes above or below the band that stability data cover, summed over all legs."""
    activation_kj_per_mol: Annotated[float, Field(ge=10, le=500)] = 83.144
    """For the mean kinetic temperature; USP <1160> unless the product's own is known."""

    @model_validator(mode="after")
    def _low_below_high(self) -> Self:
        _require(self.low_c is None or self.low_c < self.high_c, "low_c is not below high_c")
        return self

    def holds(self, celsius: float) -> bool:
        return (self.low_c is None or celsius >= self.low_c) and celsius <= self.high_c


class Criterion(Limits):
    """One eligibility question with the range of right answers."""

    code: Code
    question: str
    must_be: bool | None = None

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        self.require_one_kind(self.must_be)
        return self


class StartingMaterial(Section):
    """What is collected from the patient, how it travels and what is enough."""

    kind: Literal["leukapheresis", "mobilised-leukapheresis", "biopsy"]
    state: Literal["fresh", "cryopreserved"]
    transport: Band
    expires_h: Annotated[int, Field(gt=0)]
    """Hours from the end of collection until manufacture must have begun."""
    measure: str
    """What is counted, with its unit, e.g. `viable CD3+ cells (10^9)`."""
    at_least: Annotated[float, Field(gt=0)]
    viability_at_least_pct: Annotated[float, Field(ge=0, le=100)]


class Storage(Band):
    """How the finished product is stored and shipped."""

    state: Literal["frozen", "refrigerated", "room"]
    shelf_life_h: Annotated[int, Field(gt=0)]


class UseWindow(Section):
    """How long the product may be used; the whole administration lies within `minutes`."""

    begins: Literal["thaw", "preparation", "opening"]
    minutes: Annotated[int, Field(gt=0)]
    start_within_minutes: Annotated[int, Field(gt=0)] | None = None
    """Minutes in which the administration must have begun, where the label says so."""
    low_c: Celsius | None = None
    high_c: Celsius | None = None

    @property
    def length(self) -> timedelta:
        return timedelta(minutes=self.minutes)


class Dose(Section):
    """What is given: planned administrations by day after the first, and the range of one dose.

    `low` and `high` are in `unit`, times the weight in kg when `per_kg`; `most` is the most that
    one dose may hold whatever the weight.
    """

    days: Annotated[tuple[int, ...], Field(min_length=1)] = (0,)
    unit: str
    low: Annotated[float, Field(gt=0)]
    high: Annotated[float, Field(gt=0)]
    most: Annotated[float, Field(gt=0)] | None = None
    per_kg: bool = False
    weight_valid_days: Annotated[int, Field(gt=0)] | None = None
    """Days for which a weight is good for an order, where the order is by weight."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        _require(self.low <= self.high, "low is above high")
        _require(self.days[0] == 0 and _ascending(self.days), "days begin with 0 and ascend")
        return self

    def range_for(self, weight_kg: float | None) -> tuple[float, float]:
        """The least and most of one dose, in `unit`. Raises ValueError without a needed weight."""
        if self.per_kg and weight_kg is None:
            raise ValueError("this dose is by weight")
        scale = weight_kg if self.per_kg and weight_kg is not None else 1.0
        low, high = self.low * scale, self.high * scale
        return (low, high) if self.most is None else (min(low, self.most), min(high, self.most))


class ReleaseTest(Limits):
    """One release test with its specification."""

    name: Code
    unit: str = ""
    must_be: Literal["negative", "positive", "pass"] | None = None

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        self.require_one_kind(self.must_be)
        return self


class Conditioning(Section):
    """Treatment that must precede the product; days from its last dose to the product's first."""

    regimen: str
    days_before_low: Annotated[int, Field(ge=0)]
    days_before_high: Annotated[int, Field(ge=0)]

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        _require(self.days_before_low <= self.days_before_high, "low is above high")
        return self


class Monitoring(Section):
    """Days under observation after the (last) dose, and what must be at hand before it."""

    days: Annotated[int, Field(gt=0)]
    stay_near_days: int = 0
    tocilizumab_doses_on_site: int = 0
    graded: Literal["ASTCT-2019", "CTCAE"] = "CTCAE"


class FollowUp(Section):
    """Visits after the first dose, in days, and the years the plan lasts."""

    years: Annotated[int, Field(gt=0)]
    visits_day: Annotated[tuple[int, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _to_the_end(self) -> Self:
        _require(_ascending(self.visits_day), "visits ascend")
        last = self.visits_day[-1] / 365.25
        _require(round(last) == self.years, "the last visit is not at the end of the years")
        return self


class Manufacture(Section):
    """Days from receipt of the material to certification, for planning; none for stock."""

    days: Annotated[int, Field(gt=0)]


class ProductSpec(BaseModel):
    """One product, whole. A product file that does not fit this shape is refused at start-up."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: Code
    name: str
    inn: str
    kind: str
    """For people: e.g. `CAR-T cell, CD19`."""
    pathway: PathwayName
    licence: str
    """Marketing authorisation number, UK (PLGB) or EU; `none` for a trial product."""
    holder: str
    source: Source
    indication: str
    eligibility: Annotated[tuple[Criterion, ...], Field(min_length=1)]
    starting_material: StartingMaterial | None = None
    manufacture: Manufacture | None = None
    release_tests: tuple[ReleaseTest, ...] = ()
    storage: Storage
    shipper: Band | None = None
    """Band while shipped, where it differs from storage (e.g. refrigerated on arrival)."""
    use_windows: Annotated[tuple[UseWindow, ...], Field(min_length=1)]
    dose: Dose
    conditioning: Conditioning | None = None
    monitoring: Monitoring
    follow_up: FollowUp

    @model_validator(mode="after")
    def _whole(self) -> Self:
        made = self.pathway in ("autologous", "tissue-engineered")
        for part in ("starting_material", "manufacture", "release_tests"):
            needed = f"{part} is {'missing' if made else 'for products made from the patient'}"
            _require(bool(getattr(self, part)) == made, needed)
        codes = [item.code for item in self.eligibility]
        _require(len(codes) == len(set(codes)), "two criteria have the same code")
        tests = [test.name for test in self.release_tests]
        _require(len(tests) == len(set(tests)), "two release tests have the same name")
        thaws = any(window.begins == "thaw" for window in self.use_windows)
        _require(thaws or self.storage.state != "frozen", "a frozen product has a window from thaw")
        return self
