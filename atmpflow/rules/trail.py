"""What an audit trail points out: entries that were made long after what they tell of."""

from datetime import timedelta

LATE_AFTER = timedelta(hours=24)
"""A person's entry that is made later than this after it happened is pointed out as late.

The engine's own entries are not: they are made when the engine gets to them.
Source: MHRA GXP Data Integrity (2018) 3.10 and 6.13 (contemporaneous records).
"""
