"""CSV of many: what a header may be, and that a wrong row stops nobody but itself."""

import pytest

from tasks.intake.reader import read
from tasks.intake.result import ReadResult
from tests.intake.samples import EXAMPLES, IDENTITY

NAMES = (
    "source_reference,referring_organisation,treating_centre,product,referred_on,urgency,"
    "nhs_number,family_name,given_name,birth_date,sex"
)
RIGHT = "RWP-1,RWP,RRK,kymriah,2026-03-02,urgent,9990001014,Testpatient,Synthetic,1961-04-17,female"


def read_text(*lines: str) -> tuple[ReadResult, ...]:
    return read("\n".join(lines).encode(), "many.csv")


def faults(result: ReadResult) -> list[tuple[str, str]]:
    return [(refused.code, refused.field) for refused in result.refused]


def test_every_row_of_the_example_is_read() -> None:
    results = read((EXAMPLES / "referrals.csv").read_bytes(), "referrals.csv")
    assert [result.where for result in results] == [f"row {number}" for number in range(2, 12)]
    assert all(result.referral is not None for result in results)


def test_one_wrong_row_does_not_stop_the_others() -> None:
    wrong = RIGHT.replace("9990001014", "9990001015").replace("kymriah", "")
    first, second, third = read_text(NAMES, RIGHT, wrong, RIGHT)
    assert first.referral == third.referral is not None
    assert {field for _, field in faults(second)} == {"row 3, product", "row 3, nhs_number"}


def test_an_unclosed_quote_spoils_its_own_row_only() -> None:
    first, second, third = read_text(NAMES, RIGHT, RIGHT.replace("RWP-1", '"RWP-1'), RIGHT)
    assert faults(second) == [("csv-invalid", "row 3")]
    assert first.referral == third.referral is not None


def test_a_quoted_cell_may_hold_the_delimiter() -> None:
    (result,) = read_text(NAMES, RIGHT.replace("Testpatient", '"Test, patient"'))
    assert result.referral is not None
    assert result.referral.patient.family_name == "Test, patient"


@pytest.mark.parametrize("start", ["=", "+", "-", "@"])
def test_a_cell_that_starts_like_a_formula_is_refused(start: str) -> None:
    (result,) = read_text(NAMES, RIGHT.replace("Testpatient", f'{start}HYPERLINK("x")'))
    assert faults(result)[0][0] in {"csv-formula", "csv-invalid"}
    (result,) = read_text(NAMES, RIGHT.replace("Testpatient", f"{start}A1"))
    assert faults(result) == [("csv-formula", "row 2, family_name")]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_what_spreadsheets_write_is_read(delimiter: str, ending: str, mark: str) -> None:
    text = mark + ending.join((NAMES, RIGHT, RIGHT, "")).replace(",", delimiter)
    results = read(text.encode(), "many.csv")
    assert [result.where for result in results] == ["row 2", "row 3"]
    assert all(result.referral is not None for result in results)


def test_titles_are_read_as_column_names() -> None:
    titles = (
        "Referrer's reference,Referring organisation,Treating centre,Product,Referred on,Urgency,"
        "NHS number,Family name,Given names,Date of birth,Sex"
    )
    (result,) = read_text(titles, RIGHT)
    assert result.referral is not None


def test_empty_lines_and_trailing_empty_cells_are_left_out() -> None:
    (result,) = read_text("", NAMES + ",,", RIGHT + ",,", ",,,,,,,,,,,,", "")
    assert (result.where, result.referral is not None) == ("row 3", True)


@pytest.mark.parametrize("row", [RIGHT + ",more", RIGHT.removesuffix(",female"), "RWP-1"])
def test_a_row_with_shifted_cells_is_refused_not_guessed(row: str) -> None:
    (result,) = read_text(NAMES, row)
    assert faults(result) == [("csv-cell-count", "row 2")]


def test_a_header_is_refused_with_each_of_its_faults() -> None:
    header = NAMES.replace("family_name", "famly_name").replace("urgency", "sex")
    (result,) = read_text(header, RIGHT)
    assert set(faults(result)) == {
        ("csv-column-unknown", "column 8"),
        ("csv-column-doubled", "sex"),
        ("csv-column-missing", "family_name"),
    }
    assert any("`family_name`" in refused.message for refused in result.refused)


def test_a_missing_header_row_does_not_repeat_the_patient_in_it() -> None:
    (result,) = read_text(RIGHT, RIGHT)
    text = " ".join(str(refused) for refused in result.refused)
    assert result.refused[0].code == "csv-column-unknown"
    assert not [value for value in (*IDENTITY.values(), "Testpatient") if value in text.split()]


def test_a_header_without_rows_is_refused() -> None:
    (result,) = read_text(NAMES)
    assert faults(result) == [("file-empty", "")]


def test_too_many_rows_are_refused_as_a_whole() -> None:
    assert len(read_text(NAMES, *[RIGHT] * 10_000, "")) == 10_000
    (result,) = read_text(NAMES, *[RIGHT] * 10_001)
    assert faults(result) == [("too-many-referrals", "")]


def test_day_and_month_the_other_way_round_are_not_guessed() -> None:
    (result,) = read_text(NAMES, RIGHT.replace("1961-04-17", "17/04/1961"))
    assert faults(result) == [("field-invalid", "row 2, birth_date")]
