"""Canonical JSON is what RFC 8785 says, whichever encoder wrote it."""

from typing import Any

import pytest
import rfc8785
from hypothesis import example, given
from hypothesis import strategies as st

from models.chain import SAFE, canonical

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-SAFE, SAFE)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
)


@given(st.dictionaries(st.text(), values, max_size=6))
@example({"control": '\x00\b\t\n\f\r\x1f\x7f\u2028"\\/', "b": [True, None, -1], "a": {}})
@example({"\U00010000": 1, "\ue000": 2})
@example({"whole": 1.0, "small": 1e-7, "large": 1e21, "zero": -0.0})
def test_it_is_the_canonical_form_of_the_reference_library(content: dict[str, Any]) -> None:
    assert canonical(content) == rfc8785.dumps(content)


@pytest.mark.parametrize("value", [SAFE + 1, -SAFE - 1, float("nan"), float("inf")])
def test_what_has_no_canonical_form_is_an_error(value: float) -> None:
    with pytest.raises(ValueError, match=r"."):
        canonical({"value": [value]})
