"""The chain-of-identity id: nothing mistyped may pass for another journey's."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atmpflow.codes.coi import ALPHABET, check, make
from atmpflow.errors import Refused
from tests.wording import code_of

IDS = st.binary(min_size=8, max_size=32).map(make)
PLACES = [4, 5, 6, 7, 9, 10, 11, 12, 14, 15, 16, 17, 19]
"""Where characters stand in the written form; hyphens and prefix are between."""


def _code(text: str) -> str:
    with pytest.raises(Refused) as refused:
        check(text, "scanned_coi")
    assert refused.value.field == "scanned_coi"
    assert text not in str(refused.value)
    return code_of(refused.value)


@given(IDS)
def test_an_id_has_the_promised_form_and_is_right(made: str):
    assert len(made) == 20
    prefix, *groups = made.split("-")
    assert (prefix, [len(group) for group in groups]) == ("ATF", [4, 4, 4, 1])
    assert set("".join(groups)) <= set(ALPHABET)
    assert check(made, "coi") == made


@given(IDS, st.sampled_from(PLACES), st.sampled_from(ALPHABET))
def test_every_single_wrong_character_is_caught(made: str, at: int, other: str):
    if made[at] != other:
        assert _code(made[:at] + other + made[at + 1 :]) == "coi-check-character"


@given(IDS, st.sampled_from(range(len(PLACES) - 1)))
def test_every_swap_of_neighbours_is_caught(made: str, first: int):
    letters = list(made)
    here, there = PLACES[first], PLACES[first + 1]
    if letters[here] == letters[there]:
        return
    letters[here], letters[there] = letters[there], letters[here]
    assert _code("".join(letters)) == "coi-check-character"


@given(IDS, st.integers(0, 2), st.sampled_from("BCDEGHX7"))
def test_a_wrong_prefix_is_caught(made: str, at: int, other: str):
    assert _code(made[:at] + other + made[at + 1 :]) == "coi-format"


@given(IDS, st.sampled_from(PLACES))
def test_a_lost_or_doubled_character_is_caught(made: str, at: int):
    assert _code(made[:at] + made[at + 1 :]) == "coi-format"
    assert _code(made[:at] + made[at] + made[at:]) == "coi-format"


@given(IDS)
def test_reading_forgives_case_hyphens_spaces_and_look_alikes(made: str):
    body = made[4:]
    spellings = [
        made.lower(),
        made.replace("-", ""),
        made.replace("-", " "),
        f"  {made}\n",
        "ATF-" + body.replace("0", "O").replace("1", "I"),
        "atf-" + body.lower().replace("0", "o").replace("1", "l"),
        made.replace("-", "–"),
    ]
    assert {check(text, "coi") for text in spellings} == {made}


OTHER_FORMS = ["", "ATF", "7K2M-9QXC-4T1B-R", "ATF-UUUU-UUUU-UUUU-U", "ATF-١٢٣٤-5678-9ABC-D"]


@pytest.mark.parametrize("text", OTHER_FORMS)
def test_another_form_is_refused(text: str):
    with pytest.raises(Refused) as refused:
        check(text, "coi")
    assert refused.value.code == "coi-format"


def test_the_same_bytes_give_the_same_id_and_other_bytes_another():
    ids = {make(number.to_bytes(16)) for number in range(5_000)}
    assert len(ids) == 5_000
    assert make(b"journey-") == make(b"journey-")


@pytest.mark.parametrize(
    ("journey", "made"),
    [(bytes(16), "ATF-NE73-QVZZ-8RHE-W"), (b"one-journey", "ATF-SQZ6-ZSKV-0E61-E")],
)
def test_ids_of_labels_already_printed_are_made_again_the_same(journey: bytes, made: str):
    assert make(journey) == made


def test_too_little_randomness_is_an_error():
    with pytest.raises(ValueError, match=r"^a chain-of-identity id needs at least 8 bytes$"):
        make(b"1234567")
