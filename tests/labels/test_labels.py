"""Every label can be printed, read by eye and scanned back to what it stands for."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree as ET

import pytest
from pydantic import TypeAdapter, ValidationError

from atmpflow.codes.gs1 import check_digit, make_sscc
from atmpflow.codes.isbt128 import written
from atmpflow.codes.label import ShipperLabel, UnitLabel, Wristband
from atmpflow.codes.reading import identify
from atmpflow.codes.scan import ScannedCoi, ScannedShipper, ScannedUnit, ScannedWristband
from atmpflow.errors import Refused
from atmpflow.events.collection import CollectionCompleted
from atmpflow.events.identity import UnitRelabelled
from atmpflow.events.manufacture import ManufactureCompleted
from atmpflow.events.shipment import CourierBooked, ShipmentPacked
from atmpflow.journey import Facts
from atmpflow.people import Role
from atmpflow.products.catalogue import catalogue
from desk.labels.content import GONE, Choice, moments, of_patient, of_shipper, of_unit, stored
from desk.labels.drawing import as_pdf, as_svg
from desk.labels.layout import laid_out
from desk.labels.marks import SMALLEST_PT, Box, Line, Sheet
from desk.simulation.people import actor
from models.material import Unit
from tests.factories import patient
from tests.labels.rendered import pages, scans, words
from tests.memory import LATE, opened, waiting_for, whole, with_event

SUMMER = datetime(2026, 6, 30, 23, 30, tzinfo=UTC)
FULL = Choice(company_prefix="5012345", reactive=True, patient=patient())


def _unit(facts: Facts, kind: str = "product", **changed: object) -> Unit:
    material = facts.last(CollectionCompleted)
    number = material.unit if kind == "material" and material else "B-e5e97ef9-U1"
    row = {"unit": number, "kind": kind, "batch": "B-e5e97ef9", "state": "stored"}
    return Unit(**{**row, "expires_at": SUMMER, **changed})


@pytest.fixture(scope="module")
def sheets() -> dict[str, Sheet]:
    """One label of every product's material and unit, plain and with all there can be on it."""
    made: dict[str, Sheet] = {}
    for code, spec in catalogue().items():
        facts = whole(code)[-1]
        for kind in ("material", "product") if spec.starting_material else ("product",):
            for name, choice in (("plain", Choice()), ("full", FULL)):
                content = of_unit(_unit(facts, kind), facts, choice)
                made[f"{code} {kind} {name}"] = laid_out(content)
    return made


def _overlap(one: Line, other: Line) -> bool:
    """Do the capital letters of two lines touch?"""
    beside = one.x + one.width <= other.x or other.x + other.width <= one.x
    apart = one.y <= other.y - other.size_pt * 0.25 or other.y <= one.y - one.size_pt * 0.25
    return not (beside or apart)


def test_every_products_label_fits_its_paper_with_letters_that_can_be_read(
    sheets: dict[str, Sheet],
):
    for name, sheet in sheets.items():
        lines = [mark for mark in sheet.marks if isinstance(mark, Line)]
        for line in lines:
            assert line.size_pt >= SMALLEST_PT, name
            assert line.x + line.width <= sheet.width - 2, (name, line.text)
            assert line.y <= sheet.height - 2, (name, line.text)
        for place, line in enumerate(lines):
            assert not any(_overlap(line, other) for other in lines[place + 1 :]), (name, line.text)


def test_no_text_runs_into_the_symbol(sheets: dict[str, Sheet]):
    for name, sheet in sheets.items():
        modules = [
            mark
            for mark in sheet.marks
            if isinstance(mark, Box) and mark.height < 1.5 and mark.width < 20
        ]
        left, low = min(box.x for box in modules), max(box.y + box.height for box in modules)
        for line in (mark for mark in sheet.marks if isinstance(mark, Line)):
            assert line.y - line.size_pt * 0.26 > low or line.x + line.width < left - 1, (
                name,
                line,
            )


def test_printed_at_203_dots_an_inch_in_black_and_white_every_label_is_scanned_back(
    sheets: dict[str, Sheet],
):
    chosen = [
        sheet
        for name, sheet in sheets.items()
        if name.startswith(("kymriah", "luxturna", "ebvallo"))
    ]
    for sheet, scan in zip(chosen, scans(pages(as_pdf(chosen))), strict=True):
        found = identify(scan)
        assert isinstance(found, UnitLabel)
        assert sheet.title == f"COI {found.coi}, Unit {found.unit}"


def test_the_default_label_has_two_identifiers_and_no_patient():
    facts, ada = whole("kymriah")[-1], patient(family_name="Lovelace")
    pseudonymous = as_pdf([laid_out(of_unit(_unit(facts), facts, Choice()))])
    named = as_pdf([laid_out(of_unit(_unit(facts), facts, Choice(patient=ada)))])
    for text in (*words(pseudonymous), *words(named)):
        assert facts.coi in text
        assert "B-e5e97ef9-U1" in text
    number = ada.nhs_number
    secrets = ("LOVELACE", "Ada", "Born", f"{number[:3]} {number[3:6]} {number[6:]}")
    assert not any(secret in words(pseudonymous)[0] for secret in secrets)
    assert all(secret in words(named)[0] for secret in secrets)


def test_a_label_says_what_it_is_until_when_and_how_it_is_kept():
    facts = whole("kymriah")[-1]
    made = facts.last(ManufactureCompleted)
    assert made is not None
    unit = _unit(facts, unit=made.units[0])
    (text,) = words(as_pdf([laid_out(of_unit(unit, facts, Choice()))]))
    for said in (
        "Kymriah", "tisagenlecleucel", "B-e5e97ef9", "50 mL", "at or below −120 °C",
        "30 JUN 2026 23:30 UTC", "01 JUL 2026 00:30 BST (UK)", "FOR AUTOLOGOUS USE ONLY",
        "Contains human cells.", "Do not irradiate.", "EU/1/18/1277", "Label version 1",
    ):  # fmt: skip
        assert said in text
    assert "INFECT" not in text


def test_starting_material_is_not_taken_for_the_product():
    facts = whole("kymriah")[-1]
    content = of_unit(_unit(facts, "material", batch=None), facts, Choice())
    assert content.heading == "Starting material"
    assert "Starting material: for manufacture, not for infusion." in content.notes
    facts_said = dict(content.facts)
    assert facts_said["Volume"] == "180 mL"
    assert facts_said["Donation"] == written(content.identifiers[1][1])
    assert "Batch" not in facts_said


def test_material_whose_donor_was_not_tested_in_time_says_so():
    facts = whole("kymriah")[-1]
    untested = replace(
        facts, history=tuple(row for row in facts.history if row.event.name != "screening.recorded")
    )
    warnings = of_unit(_unit(untested, "material"), untested, Choice()).warnings
    assert "NOT EVALUATED FOR INFECTIOUS SUBSTANCES" in warnings


def test_a_positive_marker_is_a_biological_hazard():
    facts = whole("kymriah")[-1]
    warnings = of_unit(_unit(facts), facts, Choice(reactive=True)).warnings
    assert any(warning.startswith("BIOLOGICAL HAZARD") for warning in warnings)


@pytest.mark.parametrize("state", sorted(GONE))
def test_a_unit_that_is_gone_gets_no_label(state: str):
    facts = whole("kymriah")[-1]
    with pytest.raises(Refused) as refused:
        of_unit(_unit(facts, state=state), facts, Choice())
    assert refused.value.code == "label-unit-gone"


def test_the_version_on_record_is_printed_or_the_next_and_no_other():
    facts = whole("kymriah")[-1]
    replaced = UnitRelabelled(
        unit="B-e5e97ef9-U1", scanned_coi=facts.coi, label="L2", old_label="L1",
        reason="damaged", version=2, first="one", second="two",
    )  # fmt: skip
    after = with_event(facts, replaced, LATE, actor(Role.LABORATORY))
    for version, expected in ((None, 2), (2, 2), (3, 3)):
        content = of_unit(_unit(after), after, Choice(version=version))
        assert ("93", str(expected)) == (content.elements[-1].ai, content.elements[-1].value)
        assert content.maker.endswith(f"Label version {expected}.")
    for version in (1, 4):
        with pytest.raises(Refused) as refused:
            of_unit(_unit(after), after, Choice(version=version))
        assert refused.value.code == "label-version"


def test_a_band_is_scanned_back_as_a_band():
    facts = opened("kymriah")
    band = as_pdf([laid_out(of_patient(facts, Choice(patient=patient())))])
    assert [identify(scan) for scan in scans(pages(band))] == [Wristband(facts.coi)]
    assert "never in its place" in words(band)[0]


def test_text_is_never_cut_off_but_refused():
    facts = whole("kymriah")[-1]
    with pytest.raises(Refused) as refused:
        laid_out(of_unit(_unit(facts, unit="W" * 60), facts, Choice()))
    assert refused.value.code == "label-space"


def test_a_name_that_the_font_lacks_letters_for_is_refused_and_not_printed_with_gaps():
    facts = opened("kymriah")
    content = of_patient(facts, Choice(patient=patient(family_name="李")))
    with pytest.raises(Refused) as refused:
        laid_out(content)
    assert refused.value.code == "label-character"
    laid_out(of_patient(facts, Choice(patient=patient(family_name="Łukasiewicz-Ørsted"))))


def test_the_same_label_is_the_same_file():
    facts = whole("kymriah")[-1]
    content = of_unit(_unit(facts), facts, Choice())
    assert as_pdf([laid_out(content)]) == as_pdf([laid_out(content)])


def test_the_svg_says_and_shows_the_same_as_the_pdf():
    facts = whole("kymriah")[-1]
    sheet = laid_out(of_unit(_unit(facts, unit="A<&>'1"), facts, Choice()))
    picture = ET.fromstring(as_svg(sheet))  # noqa: S314 - our own
    texts = [one.text for one in picture.findall("{*}text")]
    assert texts == [mark.text for mark in sheet.marks if isinstance(mark, Line)]
    assert "A<&>'1" in texts
    boxes = [mark for mark in sheet.marks if isinstance(mark, Box)]
    assert len(picture.findall("{*}rect")) == len(boxes) + 1
    assert picture.find("{*}title").text == sheet.title  # type: ignore[union-attr]


def test_temperatures_have_a_real_minus_and_moments_their_zone():
    spec = catalogue()["kymriah"]
    assert stored(spec.storage) == "at or below −120 °C"
    assert moments(SUMMER) == ("30 JUN 2026 23:30 UTC", "01 JUL 2026 00:30 BST (UK)")
    assert moments(SUMMER + timedelta(days=180))[1].endswith("GMT (UK)")


@pytest.mark.parametrize("product", ["kymriah", "ebvallo", "luxturna", "holoclar"])
@pytest.mark.parametrize("sscc", [None, make_sscc("5012345", 1)])
def test_the_label_of_a_shipper_is_scanned_back_and_carries_two_identifiers(
    product: str, sscc: str | None
):
    facts = waiting_for("collect-shipment", product)
    booked, packed = facts.recorded(CourierBooked), facts.last(ShipmentPacked)
    assert booked is not None
    assert packed is not None
    changed = replace(booked[0], event=booked[1].model_copy(update={"sscc": sscc}))
    rows = tuple(changed if row.seq == changed.seq else row for row in facts.history)
    facts = replace(facts, history=rows)
    number = sscc or packed.shipper
    pdf = as_pdf([laid_out(of_shipper(facts))])
    assert [identify(scan) for scan in scans(pages(pdf))] == [ShipperLabel(facts.coi, number)]
    (text,) = words(pdf)
    for said in (facts.coi, number, "SHIPPER", packed.seal, packed.logger, booked[1].receiver):
        assert said in text


def test_before_a_shipper_has_a_number_it_gets_no_label():
    facts = waiting_for("pack-shipment")
    with pytest.raises(Refused) as refused:
        of_shipper(facts)
    assert refused.value.code == "label-no-shipper"


def test_the_label_of_a_shipper_is_no_label_of_a_unit_and_no_band():
    facts = waiting_for("collect-shipment")
    (scan,) = scans(pages(as_pdf([laid_out(of_shipper(facts))])))
    for kind in (ScannedUnit, ScannedCoi, ScannedWristband):
        with pytest.raises(ValidationError, match="scan-of-a-shipper"):
            TypeAdapter(kind).validate_python(scan)
    (packed,) = (event for _, event in facts.all(ShipmentPacked))
    assert TypeAdapter(ScannedShipper).validate_python(scan) == packed.shipper
    (unit,) = scans(pages(as_pdf([laid_out(of_unit(_unit(facts), facts, Choice()))])))
    with pytest.raises(ValidationError, match="scan-of-a-unit"):
        TypeAdapter(ScannedShipper).validate_python(unit)


@pytest.mark.parametrize(
    "typed", ["350123450000000018", "3 5012345 000000001 8", "(00)350123450000000018"]
)
def test_an_sscc_is_read_however_it_is_printed_and_a_slip_is_refused(typed: str):
    right = "35012345000000001"
    right += check_digit(right)
    typed = typed[:-1] + right[-1]
    read = TypeAdapter(ScannedShipper)
    assert read.validate_python(typed) == right
    wrong = typed[:-1] + str((int(right[-1]) + 1) % 10)
    if not typed.startswith("("):
        with pytest.raises(ValidationError, match="gs1-check-digit"):
            read.validate_python(wrong)
    assert read.validate_python("SH-7") == "SH-7"
