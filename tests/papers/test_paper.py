"""A paper says what it was given, on numbered pages: nothing cut off, nothing taken for markup."""

from io import BytesIO

import pypdfium2
import zxingcpp
from PIL import Image

from desk.papers.paper import Paper

FOOT = "atmpflow, a paper for tests"


def words(pdf: bytes) -> list[str]:
    """The text of each page."""
    document = pypdfium2.PdfDocument(pdf)
    return [page.get_textpage().get_text_bounded() for page in document]


def paper() -> Paper:
    return Paper("A title", "and what it is of", foot=FOOT)


def png(width: int, height: int) -> bytes:
    into = BytesIO()
    Image.new("L", (width, height), 128).save(into, "PNG")
    return into.getvalue()


def test_every_page_has_its_foot_with_its_number_and_how_many_there_are() -> None:
    made = paper()
    made.table(("Number",), [(number,) for number in range(200)])
    pages = words(made.pdf())
    assert len(pages) > 2
    for number, page in enumerate(pages, 1):
        assert FOOT in page
        assert f"{number} of {len(pages)}" in page


def test_a_table_that_goes_on_has_its_head_on_every_page_and_all_its_rows() -> None:
    made = paper()
    made.table(("Seq", "Event"), [(f"row-{n}", "happened") for n in range(300)])
    pages = words(made.pdf())
    assert all("Seq" in page for page in pages)
    said = [line.split()[0] for page in pages for line in page.splitlines() if "row-" in line]
    assert said == [f"row-{n}" for n in range(300)]


def test_a_long_table_begins_under_its_heading() -> None:
    made = paper()
    made.heading("Timeline")
    made.table(("Seq",), [(n,) for n in range(300)])
    assert "Timeline" in words(made.pdf())[0]


def test_words_are_printed_as_they_are() -> None:
    made = paper()
    made.text("<b>5 & 6</b> ≤ −120 °C")
    made.facts([("name", "<font>"), ("nothing", None)])
    (page,) = words(made.pdf())
    assert "<b>5 & 6</b> ≤ −120 °C" in page
    assert "<font>" in page


def test_a_hash_is_wrapped_and_not_cut_off() -> None:
    made = paper()
    made.table(("hash", "of"), [("0123456789abcdef" * 16, "a file")])
    (page,) = words(made.pdf())
    assert "0123456789abcdef" * 16 in "".join(page.replace("a file", "").split())


def test_an_empty_table_says_so() -> None:
    made = paper()
    made.table(("a",), [], empty="No deviation.")
    assert "No deviation." in words(made.pdf())[0]


def test_contents_name_the_page_of_each_heading() -> None:
    made = paper()
    made.contents()
    made.heading("First part")
    made.next_page()
    made.heading("Second part", 2)
    pages = words(made.pdf())
    assert "First part" in pages[0]
    assert pages[0].split("Second part")[1].strip(" .\r\n").startswith("3")
    assert "Second part" in pages[2]


def test_a_tall_picture_is_made_to_fit() -> None:
    for wide in (False, True):
        made = Paper("A title", "x", foot=FOOT, wide=wide)
        made.picture(png(100, 2000), "tall")
        assert "tall" in "".join(words(made.pdf()))


def test_a_code_is_read_back_from_the_printed_page() -> None:
    made = paper()
    made.qr("atmpflow:passport:" + "ab" * 32, "the digest")
    page = pypdfium2.PdfDocument(made.pdf())[0].render(scale=3).to_pil()
    (found,) = zxingcpp.read_barcodes(page)
    assert found.text == "atmpflow:passport:" + "ab" * 32


def test_the_same_paper_gives_the_same_bytes() -> None:
    def one() -> bytes:
        made = paper()
        made.heading("x")
        made.facts([("a", 1)])
        return made.pdf()

    assert one() == one()
