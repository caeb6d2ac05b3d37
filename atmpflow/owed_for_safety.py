"""Duties that patients' safety and their wishes make people owe."""

from atmpflow.message import Event
from atmpflow.owed import Owed

SAFETY: dict[type[Event], tuple[Owed, ...]] = {}
"""What each event of identity, consent, death, recall, harm and lost contact makes people owe."""
