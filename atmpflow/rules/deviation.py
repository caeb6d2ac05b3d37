"""Who decides on what a shipment leg was quarantined for, and by when?"""

from datetime import timedelta

from atmpflow.people import Role

OWNER = Role.QP
"""Annex 16, 3.1: what deviates is decided on by a Qualified Person; a second person signs too."""

DECIDE_WITHIN = timedelta(days=3)
"""Operational default: cells in quarantine grow older."""
