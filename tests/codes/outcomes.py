"""What became of a reading: the code of its refusal, or nothing when it was read."""

from collections.abc import Callable
from typing import Any

from atmpflow.errors import Refused


def refusal(read: Callable[..., Any], *given: Any, **more: Any) -> str:
    """The code of the refusal; empty when there was none. Any other error is the test's failure."""
    try:
        read(*given, **more)
    except Refused as refused:
        return refused.code
    return ""
