"""What a recorded database holds beside its first journeys: a row in every table that has a use."""

import json
import os
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine

from atmpflow.errors import Refused
from atmpflow.people import Actor, Role
from atmpflow.rights import Span
from desk.simulation.people import actor, enrol
from models.appointing import (
    Certificate,
    Given,
    NewAccount,
    Why,
    add,
    appoint,
    delegate,
    end,
    set_particulars,
    set_state,
    train,
)
from models.database import connect, transaction
from models.observing import Seen, approve, backed_up, calibrated, license_, observe, report_sent
from models.passwords import MEMORY_KIB
from models.people import keep_received, look_up
from models.unread import Unread, keep_unread
from tasks import clock
from tasks.epcis.capture import capture
from tasks.signing import demand
from tasks.sweeping import swept_now
from tests.epcis import samples
from tests.factories import CENTRE, finished, journey_at, stocked
from tests.invariants import stories

MANAGER = Actor("a-manager", Role.ADMINISTRATOR)
GIVER = actor(Role.PHYSICIAN)
SINCE, UNTIL = datetime(2020, 1, 1, tzinfo=UTC), datetime(2120, 1, 1, tzinfo=UTC)
TRIAL = "ISRCTN99999999"


def fill(app: Engine, owner_url: str) -> None:
    """People, standing papers, deviations, signatures, a recall, papers that nobody could read."""
    os.environ[MEMORY_KIB] = "32"
    owner = connect(owner_url)
    people(app, owner)
    owner.dispose()
    papers(app)
    stories.excursion_accepted(app)
    _stories_of_other_tables(app)
    demand(app, actor(Role.COMPLIANCE))
    finished(app, "kymriah")
    stories.excursion_rejected(app)
    _received(app)
    swept_now("daily", everything=True)


def _stories_of_other_tables(app: Engine) -> None:
    """Stock, a new label, a recall with its lots, cells put aside, and a look at an identity."""
    stocked(app)
    stories.label_replaced(app)
    stories.vector_recalled(app)
    facts = stories.consent_taken_back_in_manufacture(app)
    person = facts.referral.person
    look_up(app, person, actor=GIVER, reason="to write to the patient", now=clock.wall())


def people(app: Engine, owner: Engine) -> None:
    """Accounts that were changed, locked and left; a role that ended, and one that is lent."""
    enrol(owner, {MANAGER.id: (MANAGER.role,), "a-clinician": (Role.PHYSICIAN,)})
    why = Why(MANAGER, "as on the delegation log", clock.wall())
    whole = Span(SINCE, UNTIL)
    with transaction(app) as connection:
        for name in ("dr-former", "dr-locked"):
            add(connection, NewAccount(name, f"Dr {name[3:].title()}", CENTRE), why)
        given = appoint(connection, "dr-former", Given(Role.PHYSICIAN, whole, CENTRE), why)
        trained = Certificate("kymriah", "SOP", whole, "CERT-1")
        train(connection, "dr-locked", trained, why)
        end(connection, given, why)
        set_particulars(connection, "dr-locked", {"printed_name": "Dr Locked-Out"}, why)
        set_state(connection, "dr-former", "left", why)
        set_state(connection, "dr-locked", "locked", why)
        lent = Given(GIVER.role, Span(SINCE, SINCE + timedelta(days=9999)), CENTRE)
        delegate(connection, "a-clinician", lent, Why(GIVER, "on leave", clock.wall()))


def papers(app: Engine) -> None:
    """An approval, a licence, a calibration, a report that was sent, and what was observed."""
    officer, now = actor(Role.COMPLIANCE), clock.wall()
    lasts = {"valid_from": SINCE, "valid_until": UNTIL}
    granted = {"reference": "REF-1", "standing": "granted", **lasts}
    device = {"device": "LOGGER-1", "kind": "logger", "certificate": "CAL-1"}
    sent = {"trial": TRIAL, "kind": "dsur", "covers_until": SINCE.date(), "sent_at": now}
    with transaction(app) as connection:
        values = {"trial": TRIAL, "organisation": CENTRE, "kind": "ethics", **granted}
        approve(connection, values, by=officer, now=now)
        licence = {"organisation": CENTRE, "kind": "hta", **granted}
        license_(connection, licence, by=officer, now=now)
        calibration = {**device, "calibrated_at": SINCE, "due_at": UNTIL}
        calibrated(connection, calibration, by=officer, now=now)
        report_sent(connection, {**sent, "reference": "DSUR-1"}, by=officer, now=now)
        observe(connection, Seen("clock", now, well=True, found="alike", seconds=0.1))
        backed_up(connection, now, bytes(32), 1)


def _received(app: Engine) -> None:
    """Events of a courier, and a file that was no referral."""
    journey_at(app, "receive-shipment")
    events = samples.document(samples.packed(), samples.moved())
    who = actor(Role.COURIER)
    capture(app, json.dumps(events).encode(), who, now=clock.wall())
    digest = keep_received(app, b"{}", filename="x.json", sender=who.id, now=clock.wall())
    refused = Refused("not-readable", "file", "Not a referral.", "Send a referral.")
    keep_unread(
        app, Unread("refer", actor(Role.COORDINATOR), "file-1", digest), refused, clock.wall()
    )
