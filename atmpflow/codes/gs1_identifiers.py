"""GS1's application identifiers (AI): the form of each, and which may or must stand together.

Facts of GS1's Barcode Syntax Dictionary (GS1 AISBL, Apache-2.0, July 2026), one row for those that
have the same rules. Columns: identifiers | separator and place | form | rules.

- `fixed` needs no separator behind it, `open` does; `alone` may not be an attribute of a link.
- A form is digits (N), GS1's 82 characters (X), 39 of them (Y) or base64url (Z), its length, and
  checks (`codes.gs1_forms`); `?` before a part says that it may be missing.
- `needs 01+21,8006`: 01 and 21 together, or 8006. `not 37`: never beside 37; `own`: never beside
  another of its own row's range. `n` stands for any digit.
- `path`: a key that a link can begin with, and the order of what may qualify it.

Forms outside the supply of therapies (coupons, bank accounts, currencies, reels) are held to
characters and length only.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

_ROWS = """
00 | fixed | N18:check:prefix2 | path
01 | fixed | N14:check:prefix2 | not 255,37 | path 22,10,21|235
02 | fixed | N14:check:prefix2 | needs 37 | not 01,03
03 | fixed alone | N14:check:prefix2 | not 01,02,37,235
10 | open | X..20 | needs 01,02,03,8006,8026
11 13 15-16 | fixed | N6:date0 | needs 01,02,03,8006,8026
12 | fixed | N6:date0 | needs 8020
17 | fixed | N6:date0 | needs 01,02,03,255,8006,8026
20 | fixed | N2 | needs 01,02,03,8006,8026
21 | open alone | X..20 | needs 01,03,8006 | not 235
22 | open alone | X..20 | needs 01
235 | open alone | X..28 | needs 01
240-241 | open | X..30 | needs 01,02,03,8006,8026
242 | open | N..6 | needs 01,02,8006,8026
243 | open | X..20 | needs 01,03
250 | open | X..30 | needs 01+21,03+21,8006+21
251 | open | X..30 | needs 01,03,8006
253 | open | N13:check:prefix ?X..17 | path
254 | open alone | X..20 | needs 414
255 | open | N13:check:prefix ?N..12 | not 01,02,415,8006,8020,8026 | path
30 | open | N..8 | needs 01,02
310-316.0-5 320-329.0-5 350-352.0-5 | fixed | N6 | needs 01,02 | not own
356-357.0-5 360-361.0-5 364-366.0-5 | fixed | N6 | needs 01,02 | not own
330-336.0-5 340-349.0-5 353-355.0-5 362-363.0-5 367-369.0-5 | fixed | N6 | needs 00,01 | not own
337.0-5 | fixed | N6 | needs 01 | not own
37 | open | N..8 | needs 00+02,00+8026
3900-3909 | open | N..15 | needs 255,8020 | not own,391n,394n,8111
3910-3919 | open | N3 N..15 | needs 8020 | not own
3920-3929 | open | N..15 | needs 01+30,01+31nn,01+32nn,01+35nn,01+36nn | not own,393n
3930-3939 | open | N3 N..15 | needs 30,31nn,32nn,35nn,36nn | not own
3940-3943 | open | N4 | needs 255 | not own,8111
395.0-5 | open | N6 | needs 30,31nn,32nn,35nn,36nn | not 392n,393n,own,8005
400 90 | open | X..30
401 | open | X..30:prefix | path
402 | open | N17:check:prefix | path
403 4308 4319 | open | X..30 | needs 00
410-413 416 | fixed | N13:check:prefix
414 | fixed | N13:check:prefix | path 254|7040
415 | fixed | N13:check:prefix | needs 8020 | path 8020
417 | fixed | N13:check:prefix | path 7040
420 | open | X..20 | not 421
421 | open | N3 X..9 | not 4307
422 | open | N3 | needs 01,02,03,8006,8026 | not 426
423 425 | open | N3 ?N3 ?N3 ?N3 ?N3 | needs 01,02,03 | not 426
424 | open | N3 | needs 01,02,03 | not 426
426 | open | N3 | needs 01,02,03
427 | open | X..3 | needs 01+422,02+422,03+422
4300-4301 4310-4311 4320 | open | X..35 | needs 00
4302 4304-4306 4312 4314-4316 | open | X..70 | needs 00
4303 | open | X..70 | needs 4302
4307 4317 | open | X2 | needs 00
4309 | open | N10 N10 | needs 00
4313 | open | X..70 | needs 4312
4318 | open | X..20 | needs 00
4321-4323 | open | N1:bit | needs 00
4324-4325 | open | N6:date0 N4:time | needs 00
4326 | open | N6:date | needs 00
4330 | open | N6 ?X1 | needs 00 | not 4331
4331 | open | N6 ?X1 | needs 00 | not 4330
4332 | open | N6 ?X1 | needs 00 | not 4333
4333 | open | N6 ?X1 | needs 00 | not 4332
7001 | open | N13 | needs 01,02,8006,8026
7002 | open | X..30 | needs 01,02
7003 | open | N6:date N4:time | needs 01,02,03
7004 | open | N..4 | needs 01+10,03+10
7005 | open | X..12 | needs 01,02
7006 | open | N6:date | needs 01,02
7007 | open | N6:date ?N6:date | needs 01,02
7008 | open | X..3 | needs 01,02
7009 | open | X..10 | needs 01,02
7010 | open | X..2 | needs 01,02,03
7011 | open | N6:date ?N4:time | needs 01,02,03
7020 | open | X..20 | needs 01+416,03+416,8006+416
7021 8012 | open | X..20 | needs 01,03,8006
7022 | open | X..20 | needs 01+7021,03+7021,8006+7021
7023 | open | X..30:prefix
7030-7039 | open | N3 X..27 | needs 01,02
7040 | open alone | N1 X1 X1 X1
7041 | open alone | X..4 | needs 00
710-717 | open | X..20 | needs 01
7230-7239 | open | X2 X..28 | needs 01,8004
7240 | open | X..20 | needs 01,8006 | not 03
7241 | open | N2 | needs 8017,8018
7242 | open | X..25 | needs 8017,8018
7250 | open | N8:longdate | needs 8018 | not 7251
7251 | open | N8:longdate N4:time | needs 8018 | not 7250
7252 | open | N1 | needs 8018
7253-7254 | open | X..40 | needs 8017,8018 | not 7256,7259
7255 | open | X..10 | needs 8017,8018 | not 7256,7259
7256 | open | X..90 | needs 8017,8018
7257 | open | X..70 | needs 8018
7258 | open | X3 | needs 8018+7259
7259 | open | X..40 | needs 8018 | not 7256
8001 | open | N4:nonzero N5:nonzero N3:nonzero N1 N1 | needs 01
8002 | open | X..20
8003 | open | N1:zero N13:check:prefix ?X..16 | path
8004 | open | X..30:prefix | path 7040
8005 | open | N6 | needs 01,02
8006 | open | N14:check:prefix2 N4:piece | not 01,03,37 | path 22,10,21
8007 | open | X..34 | needs 415
8008 | open | N6:date N2:hour ?N2:sixty ?N2:sixty | needs 01,02,03
8009 | open | X..50 | needs 00,01,03
8010 | open | Y..30:prefix | path 8011
8011 | open alone | N..12 | needs 8010
8013 | open | X..25:prefix | path
8014 | open alone | X..25:prefix | needs 01
8017 | open | N18:check:prefix | not 8018 | path 8019
8018 | open | N18:check:prefix | not 8017 | path 8019
8019 | open alone | N..10 | needs 8017,8018
8020 | open alone | X..25 | needs 415
8026 | open | N14:check:prefix2 N4:piece | needs 37 | not 02,03,8006
8030 | open | Z..90 | needs 00,01+21,03+21,253,255,8003,8004,8006+21,8010+8011,8017,8018
8040 | open alone | N15 | needs 01+21
8041 | open alone | N15 | needs 01+21+8040
8042 | open alone | N32 | needs 01+21+8040
8043 | open alone | N18 ?N..2 | needs 01+21+8040
8110 8112 | open | X..70
8111 | open | N4 | needs 255
8200 | open alone | X..70 | needs 01
91-99 | open | X..90
"""


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a value: its characters, its length, and what is checked."""

    characters: str
    shortest: int
    longest: int
    optional: bool
    checks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Identifier:
    """One application identifier with its rules; groups and sequences as in the table."""

    ai: str
    fixed: bool
    attribute: bool
    parts: tuple[Part, ...]
    needs: tuple[tuple[str, ...], ...] = ()
    excludes: tuple[str, ...] = ()
    key: bool = False
    qualifiers: tuple[tuple[str, ...], ...] = ()


@cache
def identifiers() -> dict[str, Identifier]:
    """Every application identifier by its digits."""
    rows = (line.split(" | ") for line in _ROWS.strip().splitlines())
    return {
        ai: _identifier(ai, row[1], row[2], row[3:]) for row in rows for ai in _expanded(row[0])
    }


UNKNOWN = Identifier("", False, True, (Part("X", 1, 90, False, ()),))  # noqa: FBT003 - as a row
"""How an identifier that the table does not know is read, where that is wanted."""


def _identifier(ai: str, kind: str, form: str, rules: Sequence[str]) -> Identifier:
    said = {rule.split(" ")[0]: rule.partition(" ")[2] for rule in rules}
    return Identifier(
        ai=ai,
        fixed=kind.startswith("fixed"),
        attribute=not kind.endswith("alone"),
        parts=tuple(_part(text) for text in form.split(" ")),
        needs=tuple(tuple(group.split("+")) for group in _listed(said.get("needs", ""), ",")),
        excludes=_listed(said.get("not", "").replace("own", f"{ai[:3]}n"), ","),
        key="path" in said,
        qualifiers=tuple(_listed(one, ",") for one in _listed(said.get("path", ""), "|")),
    )


def _listed(text: str, between: str) -> tuple[str, ...]:
    return tuple(text.split(between)) if text else ()


def _part(text: str) -> Part:
    form, *checks = text.removeprefix("?").split(":")
    low, _, high = form[1:].partition("..")
    longest = int(high or low)
    return Part(form[0], int(low or 1), longest, text.startswith("?"), tuple(checks))


def _expanded(text: str) -> Iterator[str]:
    """`17`, `11-13` and `310-316.0-5`, which is 3100 to 3105, 3110 to 3115 and so on."""
    for one in text.split(" "):
        stem, _, last = one.partition(".")
        for first in _range(stem):
            yield from (first + digit for digit in _range(last)) if last else (first,)


def _range(text: str) -> Iterator[str]:
    low, _, high = text.partition("-")
    return (f"{number:0{len(low)}}" for number in range(int(low), int(high or low) + 1))


def matches(pattern: str, ai: str) -> bool:
    """Whether an identifier is meant by a pattern, in which `n` is any digit."""
    return re.fullmatch(pattern.replace("n", "[0-9]"), ai) is not None
