"""Elements that contradict each other are one wrong label; what is missing may be elsewhere."""

from collections.abc import Callable
from typing import Any

import pytest

from atmpflow.codes import gs1_together
from atmpflow.codes.elements import parse_bracketed
from atmpflow.errors import Refused

from .gs1_vectors import cases

RULES: dict[str, Callable[[Any, str], None]] = {
    "validateAIrepeats": gs1_together.require_one_value,
    "validateAImutex": gs1_together.require_compatible,
    "validateAIrequisites": gs1_together.require_complete,
    "validateDigSigRequiresSerialisedKey": gs1_together.require_serial_where_signed,
}


def test_published_combinations_get_their_published_verdict():
    judged = cases("ai_combination_rules")
    assert {case["lint_error"] for case in judged} == set(RULES)
    for case in judged:
        label, rule = parse_bracketed(case["ai_data"], "", lenient=True), RULES[case["lint_error"]]
        if case["valid"]:
            rule(label, "label")
        else:
            with pytest.raises(Refused) as refused:
                rule(label, "label")
            assert refused.value.field == "label"


@pytest.mark.parametrize(
    ("label", "code"),
    [
        ("(01)12345678901231(21)A(21)B", "gs1-contradiction"),
        ("(01)12345678901231(37)1", "gs1-incompatible"),
        ("(253)1234567890128(8030)ABC", "gs1-unserialised"),
    ],
)
def test_a_label_that_contradicts_itself_is_refused(label: str, code: str):
    with pytest.raises(Refused) as refused:
        gs1_together.require_agreement(parse_bracketed(label, ""), "label")
    assert refused.value.code == code


def test_a_serial_whose_goods_are_on_another_symbol_agrees_and_is_not_complete():
    label = parse_bracketed("(21)A", "")
    gs1_together.require_agreement(label, "label")
    with pytest.raises(Refused, match="needs another"):
        gs1_together.require_complete(label, "label")
