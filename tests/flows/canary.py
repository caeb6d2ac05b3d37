"""A patient who is planted in an installation, and every way in which they could be found again."""

from base64 import b64encode
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import chain

from tests.factories import nhs_number

BORN = date(1931, 7, 19)
NUMBER = nhs_number(731_907)
FAMILY, GIVEN = "Quillfeather", "Zebediah Marrowby"
ADDRESS, POSTCODE = "17 Canarybird Mews", "ZQ7 9XX"
TELEPHONE, MAIL = "07700 900731", "zebediah.quillfeather@example.org"

PATIENT = {
    "nhs_number": NUMBER,
    "family_name": FAMILY,
    "given_name": GIVEN,
    "birth_date": BORN.isoformat(),
    "sex": "male",
}


def numbers(number: str) -> tuple[str, ...]:
    """An NHS number as people and systems write it."""
    parts = (number[:3], number[3:6], number[6:])
    return number, " ".join(parts), "-".join(parts)


def dates(day: date) -> tuple[str, ...]:
    """A date of birth as people, systems and Python write it."""
    forms = ("%Y-%m-%d", "%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y", "%Y%m%d", "%d %B %Y", "%B %d, %Y")
    return (*map(day.strftime, forms), f"{day.year}, {day.month}, {day.day})")


def words() -> tuple[str, ...]:
    """All that tells who the planted patient is; parts of a name each on its own."""
    told = (FAMILY, *GIVEN.split(), ADDRESS, POSTCODE, TELEPHONE, MAIL)
    return (*told, *numbers(NUMBER), *dates(BORN))


def needles(told: Iterable[str]) -> list[bytes]:
    """What to look for in lower case: as it is, as a dump writes octets, and in base 64."""
    return sorted({one.lower() for text in told for one in _written(text) if len(one) > 5})


def _written(text: str) -> Iterator[bytes]:
    for form in {text, text.upper(), text.lower()}:
        octets = form.encode()
        yield octets
        yield octets.hex().encode()
        # Base 64 depends on where in three octets it begins; what a neighbour decides is cut off.
        yield from (b64encode(b"x" * lead + octets)[-(-lead * 4 // 3) : -4] for lead in range(3))


def found(content: bytes, looked_for: Iterable[bytes]) -> list[bytes]:
    """Which of them a file, a dump or an answer holds."""
    text = content.lower()
    return [one for one in looked_for if one in text]


def all_of(rows: Iterable[dict[str, str]]) -> tuple[str, ...]:
    """The same of the patients of a table of referrals."""
    return tuple(
        chain.from_iterable(
            (
                row["family_name"],
                row["given_name"],
                *numbers(row["nhs_number"]),
                *dates(date.fromisoformat(row["birth_date"])),
            )
            for row in rows
        )
    )
