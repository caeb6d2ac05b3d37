"""How a refusal and a reason against must read: with a code, in plain words, and with a source."""

import re

from atmpflow.errors import Refused
from atmpflow.verdict import Verdict

_CODE = re.compile(r"[a-z0-9]+([-_][a-z0-9]+)*")


def _is_sentence(text: str) -> bool:
    return text[:1].isupper() and text.endswith(".") and not text.isupper()


def against(judged: Verdict) -> list[str]:
    """The codes of all reasons against; each must say what was found and cite its source."""
    for reason in judged.against:
        assert _CODE.fullmatch(reason.code)
        assert reason.source, f"{reason.code} cites nothing"
        assert isinstance(reason.found, str)
        assert not reason.found.isupper()
        assert not reason.found[:1].isupper(), "what was found follows other words"
    return [reason.code for reason in judged.against]


def code_of(refused: Refused) -> str:
    """The code of a refusal, whose message and remedy must be whole sentences."""
    assert _CODE.fullmatch(refused.code)
    assert _is_sentence(refused.message)
    assert _is_sentence(refused.remedy)
    return refused.code
