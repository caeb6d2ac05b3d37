"""How early a compliance check warns, and how late is too late; each with its source."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from atmpflow.rights import TRAINED

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
YEAR = timedelta(days=365.25)
DEFAULT = "operational default"


@dataclass(frozen=True, slots=True)
class Threshold:
    """A length of time that a check names by `name`."""

    name: str
    value: timedelta
    source: str = DEFAULT


THRESHOLDS = (
    Threshold("leg_judged_within", 4 * HOUR),
    Threshold("readings_within", DAY),
    Threshold("material_expires_soon", DAY),
    Threshold("product_expires_soon", 30 * DAY),
    Threshold("stock_expires_soon", 60 * DAY),
    Threshold("prepared_longest", DAY, "longest use window of the product files (24 h, Hemgenix)"),
    Threshold("approval_expires_soon", 60 * DAY),
    Threshold("licence_expires_soon", 60 * DAY),
    Threshold("training_expires_soon", 30 * DAY),
    Threshold("calibration_expires_soon", 30 * DAY),
    Threshold("slot_grace", 12 * HOUR),
    Threshold("susar_warning", DAY),
    Threshold("report_covers", timedelta(days=365), "ICH E2F: one year"),
    Threshold("report_sent_within", 60 * DAY, "ICH E2F: within 60 days of the data lock"),
    Threshold("visit_grace", 14 * DAY),
    Threshold("silent_longest", 90 * DAY),
    Threshold("retention", 30 * YEAR, "Reg. (EC) 1394/2007 Art. 15: 30 years after expiry"),
    Threshold("recall_told_within", timedelta(minutes=15)),
    Threshold("wait_grace", DAY),
    Threshold("observed_within", 2 * HOUR),
    Threshold("failures_within", DAY),
    Threshold("verified_within", 2 * DAY),
    Threshold("backup_longest", 26 * HOUR, "operational default: one a day, and 2 h to make it"),
    Threshold("answered_within", timedelta(minutes=15)),
    Threshold("fired_within", timedelta(minutes=15)),
    Threshold("clock_off_longest", timedelta(seconds=5)),
    Threshold("anchor_longest", 2 * HOUR, "operational default: one an hour"),
)

RECALL_CLOSED_WITHIN = (2 * DAY, 5 * DAY, 10 * DAY, 30 * DAY)
"""By class, 1 to 4. Operational default; the MHRA asks for action at once, within 48 hours,
within 5 days, and caution in use."""


def limits() -> Mapping[str, object]:
    """Every threshold by name, as the queries take them."""
    found: dict[str, object] = {one.name: one.value for one in THRESHOLDS}
    found["recall_closed_within"] = list(RECALL_CLOSED_WITHIN)
    found["trained_roles"] = sorted(role.value for role in TRAINED)
    return found


def limit(name: str) -> timedelta:
    """One threshold. Raises KeyError for a name that is none."""
    return {one.name: one.value for one in THRESHOLDS}[name]


def clock_agrees(here: datetime, there: datetime) -> bool:
    """Are two clocks, read at the same moment, near enough to each other?"""
    return abs(here - there) <= limit("clock_off_longest")


def anchor_fresh(newest: datetime | None, now: datetime) -> bool:
    """Is the newest anchor young enough? None is not."""
    return newest is not None and now - newest <= limit("anchor_longest")
