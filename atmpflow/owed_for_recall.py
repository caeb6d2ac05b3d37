"""Duties that a recall makes people owe, by its class and by who has what is recalled."""

from datetime import timedelta
from functools import partial

from atmpflow.events.recall import RecallReached
from atmpflow.owed import DAY, HOUR, Owed
from atmpflow.people import Role

MHRA = (
    "MHRA classification of recalls: class 1 immediate (here 4 h, operational default), "
    "2 within 48 h, 3 and 4 within 5 days"
)

CLOCKS: dict[int, timedelta] = {1: 4 * HOUR, 2: 48 * HOUR, 3: 5 * DAY, 4: 5 * DAY}
"""Within which each class must be acted on and answered."""

REPLY = "recall-reply"
"""How the duties begin whose answers a recall waits for."""


def _has(event: RecallReached, *, of_class: int, owner: Role) -> bool:
    """Is this the one who has what is recalled, or who treated whoever was given it?"""
    if event.given:
        has = Role.PHYSICIAN
    else:
        has = Role.PHARMACIST if event.keeper == "centre" else Role.MANUFACTURER
    return (event.recall_class, owner) == (of_class, has)


def _not_given(event: RecallReached, *, of_class: int) -> bool:
    return event.recall_class == of_class and not event.given


WORDS = {
    Role.PHYSICIAN: "See to the patient who was given what is recalled, and reply",
    Role.PHARMACIST: "Quarantine what is recalled, and reply",
    Role.MANUFACTURER: "Quarantine what is recalled, and reply",
}

RECALLED = tuple(
    Owed(REPLY, title, owner, clock, MHRA, when=partial(_has, of_class=of_class, owner=owner))
    for of_class, clock in CLOCKS.items()
    for owner, title in WORDS.items()
) + tuple(
    Owed(
        "recall-reply-physician",
        "Tell the patient's team that the product is recalled, and reply",
        Role.PHYSICIAN,
        clock,
        MHRA,
        when=partial(_not_given, of_class=of_class),
    )
    for of_class, clock in CLOCKS.items()
)
"""Every consignee answers within the clock of the class."""
