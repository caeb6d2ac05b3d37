"""Are anchors made, and kept in places that do not fail together?"""

import os
from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import Engine

from desk.cli.checks import Check, judged, ok
from models.database import transaction
from models.installation import installation
from tasks import clock
from tasks.anchors import where
from tasks.anchors.places import Place, signed

LONGEST = timedelta(hours=2)


def anchor_checks(engine: Engine) -> Iterator[Check]:
    """The age of the newest anchor, whether each place has it, and whose disk they share."""
    with transaction(engine) as connection:
        ours = installation(connection)
    places = [Place(folder, ours) for folder in where.folders()] if ours else []
    newest = {place: max(place.numbers(), default=0) for place in places}
    last = max(newest.values(), default=0)
    if not last:
        remedy = "`atmpflow up` makes one every hour; `atmpflow anchor` makes one now."
        yield Check("anchors", "warn", "none was made yet", remedy)
        return
    yield _age(next(place for place, number in newest.items() if number == last), last)
    behind = [str(place.folder) for place, number in newest.items() if number < last]
    remedy = "Make the place reachable; the next anchor catches up. Then `atmpflow verify`."
    found = f"anchor {last} is missing in {', '.join(behind)}" if behind else "each has the newest"
    yield judged("anchor-places", found, well=not behind, otherwise=remedy)
    yield _disks(places)


def _age(place: Place, number: int) -> Check:
    try:
        at = datetime.fromisoformat(signed(place[number]).says()["at"])
    except (ValueError, KeyError):
        return Check("anchors", "fail", f"anchor {number} cannot be read", "Run `atmpflow verify`.")
    found = f"the newest is anchor {number} of {at:%Y-%m-%d %H:%M}"
    remedy = "Start the engine with `atmpflow up`, or run `atmpflow anchor` every hour."
    well = clock.wall() - at <= LONGEST
    return judged("anchors", found, well=well, otherwise=remedy, state="warn")


def _disks(places: list[Place]) -> Check:
    disks = {os.stat(place.own).st_dev for place in places if place.own.exists()}
    remedy = f"Name one on another disk or machine in {where.FOLDERS}."
    if len(disks) > 1:
        return ok("anchor-disks", "on more than one disk")
    return Check("anchor-disks", "warn", "every place is on one disk", remedy)
