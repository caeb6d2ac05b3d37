"""Is what was collected enough, and until when may manufacture begin with it?"""

from datetime import UTC, datetime, timedelta

from atmpflow.products.spec import StartingMaterial
from atmpflow.rules.ranges import within
from atmpflow.verdict import Reason, Verdict, verdict


def judge_collection(need: StartingMaterial, *, count: float, viability_pct: float) -> Verdict:
    """Count and viability against the product's minimum."""
    return verdict(
        (
            Reason("count-short", f"{count:g} of {need.at_least:g} {need.measure}", need.source)
            if not within(count, need.at_least, None)
            else None,
            Reason(
                "viability-low",
                f"{viability_pct:g} % of {need.viability_at_least_pct:g} %",
                need.source,
            )
            if not within(viability_pct, need.viability_at_least_pct, None)
            else None,
        )
    )


def material_expires(need: StartingMaterial, collected_at: datetime) -> datetime:
    """The last moment at which manufacture may begin with the material."""
    return collected_at.astimezone(UTC) + timedelta(hours=need.expires_h)
