"""May a patient's identity be erased now?"""

from dataclasses import dataclass
from datetime import datetime

from atmpflow.verdict import Reason, Verdict, verdict

TRACEABILITY_YEARS = 30
TRACEABILITY = "Reg. (EC) 1394/2007 Art. 15: 30 years after the product's expiry"
IN_USE = "UK GDPR Art. 17(1)(a): erased when no longer needed; Art. 17(3)(b), (c)"


@dataclass(frozen=True, slots=True)
class Known:
    """What is on record of one person's journeys."""

    open_journeys: tuple[str, ...]
    """Chain-of-identity ids."""
    given_until: datetime | None
    """Latest expiry of a product that the patient was given, UTC."""


def years_after(moment: datetime, years: int) -> datetime:
    """The same day so many years later; 29 February becomes 1 March."""
    try:
        return moment.replace(year=moment.year + years)
    except ValueError:
        return moment.replace(year=moment.year + years, month=3, day=1)


def judge_erasure(known: Known, *, now: datetime, link_kept_by: str | None) -> Verdict:
    """Not while a journey is open; and while a product must be traced, only when somebody else
    is on record as keeping the link between the chain-of-identity id and the patient."""
    until = known.given_until and years_after(known.given_until, TRACEABILITY_YEARS)
    return verdict(
        (
            Reason("journey-open", f"open: {', '.join(known.open_journeys)}", IN_USE)
            if known.open_journeys
            else None,
            Reason("traceability-duty", f"must be traceable until {until:%Y-%m-%d}", TRACEABILITY)
            if until is not None and now < until and not (link_kept_by or "").strip()
            else None,
        )
    )
