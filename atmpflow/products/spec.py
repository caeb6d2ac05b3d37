"""The typed shape of a product file: limits of one ATMP, every section with its source."""

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

PathwayName = Literal["autologous", "allogeneic", "in-vivo", "tissue-engineered"]
Source = Annotated[str, Field(min_length=8, description="document and section the figures are from")]
Celsius = Annotated[float, Field(ge=-273.15, le=60)]


class Section(BaseModel):
    """Figures that share one source."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: Source


class Band(Section):
    """Temperatures at which material may be kept, in degrees Celsius; `low_c` absent: no lower limit."""

    low_c: Celsius | None = None
    high_c: Celsius
    stability_budget_min: Annotated[int, Field(ge=0)] = 0
    """Minutes above or below the band that stability data cover, summed over all legs."""

    def holds(self, celsius: float) -> bool:
        return (self.low_c is None or celsius >= self.low_c) and celsius <= self.high_c


class Criterion(Section):
    """One eligibility question with the range of right answers."""

    code: str
    question: str
    low: float | None = None
    high: float | None = None
    must_be: bool | None = None


class StartingMaterial(Section):
    """What is collected from the patient, how it travels and what is enough."""

    kind: Literal["leukapheresis", "mobilised-leukapheresis", "biopsy"]
    state: Literal["fresh", "cryopreserved"]
    transport: Band
    expires_h: Annotated[int, Field(gt=0)]
    """Hours from the end of collection to the start of manufacture (fresh) or of the expiry (frozen)."""
    measure: str
    """What is counted, with its unit, e.g. `viable CD3+ cells (10^9)`."""
    at_least: Annotated[float, Field(gt=0)]
    viability_at_least_pct: Annotated[float, Field(ge=0, le=100)]


class Storage(Band):
    """How the finished product is stored and shipped."""

    state: Literal["frozen", "refrigerated", "room"]
    shelf_life_h: Annotated[int, Field(gt=0)]


class UseWindow(Section):
    """How long the product may be used after it was taken from storage."""

    begins: Literal["thaw", "preparation", "opening"]
    minutes: Annotated[int, Field(gt=0)]
    low_c: Celsius | None = None
    high_c: Celsius | None = None

    @property
    def length(self) -> timedelta:
        return timedelta(minutes=self.minutes)


class Dose(Section):
    """What is given: planned administrations by day after the first, and the range of one dose."""

    days: Annotated[tuple[int, ...], Field(min_length=1)] = (0,)
    unit: str
    low: float
    high: float
    per_kg: bool = False
    weight_valid_days: int | None = None


class ReleaseTest(Section):
    """One release test with its specification."""

    name: str
    unit: str = ""
    low: float | None = None
    high: float | None = None
    must_be: Literal["negative", "positive", "pass"] | None = None


class Conditioning(Section):
    """Treatment that must precede the product, e.g. lymphodepletion."""

    regimen: str
    days_before_low: int
    days_before_high: int


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


class Manufacture(Section):
    """Days from receipt of the material to certification, for planning; none for stock."""

    days: Annotated[int, Field(gt=0)]


class ProductSpec(BaseModel):
    """One product, whole. A product file that does not fit this shape is refused at start-up."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]+$")]
    name: str
    inn: str
    kind: str
    """For people: e.g. `CAR-T cell, CD19`."""
    pathway: PathwayName
    licence: str
    """Marketing authorisation number in the United Kingdom, or `none` for a trial product."""
    holder: str
    source: Source
    indication: str
    eligibility: tuple[Criterion, ...]
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
