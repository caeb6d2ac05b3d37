"""May an identity be erased: not while it is needed, not while only we could trace a product."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from atmpflow.rules.erasure import TRACEABILITY_YEARS, Known, judge_erasure, years_after
from tests.wording import against

NOW = datetime(2026, 3, 1, tzinfo=UTC)
MOMENTS = st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


def _codes(known: Known, *, now: datetime = NOW, link_kept_by: str | None = None) -> set[str]:
    judged = judge_erasure(known, now=now, link_kept_by=link_kept_by)
    return set(against(judged))


def test_somebody_never_treated_and_no_longer_under_way_may_be_erased():
    assert _codes(Known((), None)) == set()


def test_an_open_journey_stands_against_it_and_is_named():
    (reason,) = judge_erasure(Known(("ATF-1",), None), now=NOW, link_kept_by=None).against
    assert reason.code == "journey-open"
    assert "ATF-1" in reason.found


def test_a_link_kept_elsewhere_does_not_make_an_open_journey_erasable():
    assert _codes(Known(("ATF-1",), None), link_kept_by="RQ3") == {"journey-open"}


@given(MOMENTS, MOMENTS)
def test_a_product_that_was_given_is_traceable_for_thirty_years_after_its_expiry(
    expired: datetime, now: datetime
):
    known = Known((), expired)
    bound = years_after(expired, TRACEABILITY_YEARS)
    assert (_codes(known, now=now) == {"traceability-duty"}) == (now < bound)
    assert _codes(known, now=now, link_kept_by="RQ3") == set()
    assert (_codes(known, now=now, link_kept_by="  ") == {"traceability-duty"}) == (now < bound)


@given(MOMENTS.filter(lambda moment: (moment.month, moment.day) != (2, 29)), st.integers(1, 60))
def test_years_after_a_day_come_to_the_same_day(moment: datetime, years: int):
    later = years_after(moment, years)
    assert later.year - moment.year == years
    assert f"{later:%m-%d %H:%M:%S.%f}" == f"{moment:%m-%d %H:%M:%S.%f}"


def test_the_reason_says_until_when_and_for_which_journeys():
    known = Known(("ATF-1", "ATF-2"), datetime(2026, 2, 1, tzinfo=UTC))
    open_now, traced = judge_erasure(known, now=NOW, link_kept_by=None).against
    assert open_now.found == "open: ATF-1, ATF-2"
    assert traced.found == "must be traceable until 2056-02-01"


def test_the_last_moment_of_the_thirtieth_year_still_counts():
    expired = datetime(2000, 2, 29, 12, tzinfo=UTC)
    bound = datetime(2030, 3, 1, 12, tzinfo=UTC)
    assert years_after(expired, TRACEABILITY_YEARS) == bound
    assert _codes(Known((), expired), now=bound - timedelta(microseconds=1))
    assert not _codes(Known((), expired), now=bound)
