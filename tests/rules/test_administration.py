"""The gate before every dose, and the windows in which it may be given."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atmpflow.events.administration import (
    ConditioningCompleted,
    DoseAdministered,
    DosePrepared,
    IdentityChecked,
    ProductThawed,
)
from atmpflow.events.admission import ConsentVerified
from atmpflow.events.after import HoldPlaced
from atmpflow.events.manufacture import BatchCertified, ManufactureCompleted
from atmpflow.events.shipment import ProductAccepted
from atmpflow.journey import Facts
from atmpflow.message import Event
from atmpflow.products.catalogue import catalogue
from atmpflow.rules.administration import (
    checked_by,
    checks_of,
    judge_gate,
    judge_window,
    next_dose,
    use_by,
)
from atmpflow.rules.supply import supply
from tests.memory import opened, waiting_for, whole, with_event, without
from tests.wording import against

PRODUCTS = sorted(catalogue())
SECOND = timedelta(seconds=1)


def _at_gate(product: str = "kymriah") -> tuple[Facts, datetime]:
    facts = waiting_for("clear-for-administration", product)
    assert facts.since is not None
    return facts, facts.since


@pytest.mark.parametrize("product", PRODUCTS)
def test_the_gate_opens_when_everything_is_in_order(product: str):
    assert judge_gate(*_at_gate(product)).allowed


@pytest.mark.parametrize(
    ("missing", "code"),
    [
        (BatchCertified, "not-certified"),
        (ProductAccepted, "not-accepted"),
        (ConsentVerified, "consent-missing"),
        (ConditioningCompleted, "not-conditioned"),
    ],
)
def test_the_gate_names_what_is_missing(missing: type[Event], code: str):
    facts, at = _at_gate()
    judged = judge_gate(without(facts, missing), at)
    assert against(judged) == [code]


def test_the_gate_is_shut_while_held_and_from_the_moment_of_expiry():
    facts, at = _at_gate()
    held = with_event(facts, HoldPlaced(reason="DEV-1"), at)
    assert against(judge_gate(held, at)) == ["held"]
    stock = supply(facts)
    assert stock is not None
    assert judge_gate(facts, stock.expires_at - SECOND).allowed
    assert against(judge_gate(facts, stock.expires_at)) == ["expired"]


def _times(product: str) -> tuple[Facts, datetime, timedelta]:
    """A dose ready to be given, when that was, and how long from then its tightest window lasts."""
    facts = waiting_for("administer-dose", product)
    thawed, prepared = facts.last(ProductThawed), facts.last(DosePrepared)
    clocks = {"thaw": thawed, "preparation": prepared, "opening": prepared}
    began = {name: clock.began_at for name, clock in clocks.items() if clock is not None}
    ends = min(began[window.begins] + window.length for window in facts.product.use_windows)
    ready = max(began.values())
    return facts, ready, ends - ready


@given(
    product=st.sampled_from(PRODUCTS),
    over=st.timedeltas(timedelta(microseconds=1), timedelta(days=30)),
    lasting=st.timedeltas(timedelta(0), timedelta(minutes=5)),
)
def test_a_dose_that_ends_out_of_any_window_is_refused(
    product: str, over: timedelta, lasting: timedelta
):
    facts, began, length = _times(product)
    ended = began + length + over
    late = judge_window(facts, started_at=ended - lasting, ended_at=ended)
    assert not late.allowed
    assert use_by(facts) == min(began + length, supply(facts).expires_at)  # type: ignore[union-attr]


@pytest.mark.parametrize("product", PRODUCTS)
def test_a_dose_that_ends_with_the_window_is_in_it(product: str):
    facts, began, length = _times(product)
    assert judge_window(facts, started_at=began, ended_at=began + length).allowed


@pytest.mark.parametrize("product", PRODUCTS)
def test_a_dose_before_its_preparation_is_refused(product: str):
    facts, began, _ = _times(product)
    judged = judge_window(facts, started_at=began - SECOND, ended_at=began + SECOND)
    assert not judged.allowed
    bare = without(facts, ProductThawed, DosePrepared)
    nothing = judge_window(bare, started_at=began, ended_at=began)
    assert set(against(nothing)) == {"not-prepared"}


@pytest.mark.parametrize("product", PRODUCTS)
def test_a_dose_out_of_time_says_by_how_much(product: str):
    facts, began, length = _times(product)
    ended = began + length + timedelta(minutes=1)
    late = judge_window(facts, started_at=began, ended_at=ended)
    assert set(against(late)) == {"window-passed"}
    assert "by 1.0 min" in {reason.found for reason in late.against}
    clocks = {"thaw", "preparation", "opening"}
    bare = judge_window(
        without(facts, ProductThawed, DosePrepared), started_at=ended, ended_at=ended
    )
    assert {reason.found for reason in bare.against} <= {f"no {one} recorded" for one in clocks}
    first = facts.history[0].occurred_at
    early = judge_window(facts, started_at=first, ended_at=began)
    assert set(against(early)) == {"before-preparation"}
    assert {one.source for one in (*late.against, *early.against)} <= {
        window.source for window in facts.product.use_windows
    }


def _second_dose() -> Facts:
    """A split dose whose first part was given and whose second was not yet thawed."""
    return next(
        facts
        for facts in whole("aucatzyl")
        if next_dose(facts) == 2 and facts.step and facts.step.command.name == "thaw-product"
    )


def test_the_clock_of_the_first_dose_is_not_that_of_the_second():
    facts = _second_dose()
    thawed = facts.last(ProductThawed)
    assert thawed is not None
    again = judge_window(facts, started_at=thawed.began_at, ended_at=thawed.began_at)
    assert against(again) == ["not-prepared"]
    stock = supply(facts)
    assert stock is not None
    assert use_by(facts) == stock.expires_at


def _with_expiry(facts: Facts, expires_at: datetime) -> Facts:
    def relabelled(event: Event) -> Event:
        if not isinstance(event, ManufactureCompleted):
            return event
        return event.model_copy(update={"expires_at": expires_at})

    rows = tuple(replace(row, event=relabelled(row.event)) for row in facts.history)
    return replace(facts, history=rows)


def test_a_dose_is_used_by_the_expiry_on_its_label_where_that_comes_first():
    facts, began, length = _times("kymriah")
    soon = began + length / 2
    assert use_by(_with_expiry(facts, soon)) == soon
    assert use_by(_with_expiry(facts, began + 2 * length)) == began + length


def test_nothing_is_used_by_any_time_before_it_is_there():
    assert use_by(opened()) is None


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_both_checks_are_made_when_the_later_is(order: tuple[int, int]):
    facts = waiting_for("check-identity")
    assert facts.since is not None
    made = [facts.since + place * SECOND for place in order]
    check = IdentityChecked(
        phase="preparation",
        dose=1,
        scanned_patient=facts.coi,
        scanned_coi=facts.coi,
        scanned_unit="U",
        checker="one-checker",
    )
    once = with_event(facts, check, made[0])
    assert checked_by(facts, "preparation") is None
    assert checked_by(once, "preparation") is None
    twice = with_event(once, check, made[1])
    assert checked_by(twice, "preparation") == facts.since + SECOND
    assert checked_by(twice, "administration") is None


def test_a_dose_begun_after_the_time_to_begin_is_refused_though_the_window_is_open():
    facts, began, length = _times("yescarta")
    assert length > timedelta(minutes=31)
    late = began + timedelta(minutes=30)
    assert judge_window(facts, started_at=late, ended_at=late).allowed
    judged = judge_window(facts, started_at=late + SECOND, ended_at=late + SECOND)
    assert against(judged) == ["begun-too-late"]


def test_checks_of_an_earlier_dose_do_not_count_for_the_next():
    facts = waiting_for("administer-dose", "aucatzyl")
    assert len(checks_of(facts, "preparation")) == len(checks_of(facts, "administration")) == 2
    end = waiting_for("complete-monitoring", "aucatzyl")
    assert len(end.all(IdentityChecked)) == 8
    assert checks_of(end, "preparation") == ()
    assert next_dose(end) == len(end.all(DoseAdministered)) + 1 == 3
