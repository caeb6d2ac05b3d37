"""Each invariant finds what breaks it in a real journey, and no other invariant does."""

import psycopg
import pytest

from models.invariants.checker import Circumstances
from models.invariants.statement import invariants
from tests.invariants.conftest import CALM, Record

MADE, OPEN, LIFTED = "aucatzyl", "kymriah", "hemgenix"

OTHERS_PERSON = (
    "UPDATE journey SET person_id = (SELECT person_id FROM journey WHERE product = 'ebvallo')"
    " WHERE id = %(journey)s"
)
SAME_PERSON = (
    "UPDATE ledger SET actor = 'simulated-bedside-checker-1',"
    ' payload = payload || \'{"checker": "simulated-bedside-checker-1"}\''
    " WHERE journey_id = %(journey)s AND name = 'identity.checked'"
    " AND payload ->> 'phase' = 'preparation' AND payload ->> 'dose' = '1'",
    "UPDATE identity_check SET checker = 'simulated-bedside-checker-1'"
    " WHERE journey_id = %(journey)s AND phase = 'preparation' AND dose = 1",
    "UPDATE command SET actor = l.actor FROM ledger l WHERE l.command_id = command.id"
    " AND l.journey_id = %(journey)s AND l.name = 'identity.checked'",
    "UPDATE ledger SET actor = c.actor FROM command c WHERE c.id = ledger.command_id"
    " AND ledger.journey_id = %(journey)s",
)
QP_TESTED = (
    "UPDATE command SET actor = 'simulated-qualified-person-1'"
    " WHERE journey_id = %(journey)s AND name = 'record-quality-results'",
    "UPDATE ledger SET actor = 'simulated-qualified-person-1'"
    " WHERE journey_id = %(journey)s AND name = 'quality.results_recorded'",
)
WARM = (
    "UPDATE reading SET celsius = 20 FROM logger_file f JOIN shipment s ON s.id = f.shipment_id"
    " WHERE file = f.number AND s.journey_id = %(journey)s AND leg = 'inbound' AND celsius > -170"
)
IN_QUARANTINE = (
    "INSERT INTO deviation SELECT a.journey_id, 2, a.unit, s.id, s.leg, 'excursion',"
    " 'qualified-person', now(), now() + interval '1 day' FROM administration a JOIN shipment s"
    " USING (journey_id) WHERE a.journey_id = %(journey)s AND s.leg = 'inbound' LIMIT 1"
)
# The same readings, an hour of them pressed into a few seconds.
SILENT = (
    "UPDATE reading r SET at = later.at FROM (SELECT file, at AS was,"
    " min(at) OVER (PARTITION BY file) + interval '1 second' * row_number() OVER"
    " (PARTITION BY file ORDER BY at) AS at FROM reading JOIN logger_file f ON f.number = file"
    " JOIN shipment s ON s.id = f.shipment_id WHERE s.journey_id = %(journey)s"
    " AND s.leg = 'inbound' AND at BETWEEN s.collected_at AND s.collected_at"
    " + interval '1 hour') AS later WHERE r.file = later.file AND r.at = later.was"
)
OTHER_LOGGER = (
    "UPDATE logger_file SET logger = 'ANOTHER' WHERE shipment_id ="
    " (SELECT id FROM shipment WHERE journey_id = %(journey)s AND leg = 'outbound')"
)
UNHELD = (
    "UPDATE custody SET starts_at = starts_at + interval '1 hour'"
    " WHERE journey_id = %(journey)s AND holder = 'Simulated courier'"
)
OUT_OF_ORDER = (
    "UPDATE ledger SET name = 'consent.verified' WHERE journey_id = %(journey)s"
    " AND name = 'follow_up.planned'"
)
SAME_KEY = (
    "DROP INDEX uq_command_accepted_key",
    "UPDATE command SET key = 'once' WHERE journey_id = %(journey)s AND name = 'record-follow-up'",
)
ONE_AGREED = (
    "UPDATE command SET actor = 'somebody' WHERE journey_id = %(journey)s AND name = 'lift-hold'",
    "UPDATE ledger SET actor = 'somebody' WHERE journey_id = %(journey)s AND name ~ '^hold.lift'",
    'UPDATE ledger SET payload = payload || \'{"person": "somebody"}\''
    " WHERE journey_id = %(journey)s AND name = 'hold.lift_agreed'",
)
BY_A_COURIER = (
    "UPDATE command SET role = 'courier' WHERE journey_id = %(journey)s"
    " AND name = 'record-consent'",
    "UPDATE ledger SET role = 'courier' WHERE journey_id = %(journey)s AND name = 'consent.given'",
)
SOMEBODY_ELSE = (
    "UPDATE ledger SET actor = 'somebody' WHERE journey_id = %(journey)s"
    " AND name = 'panel.approved'"
)
NHS_NUMBER_IN_CLEAR = (
    "UPDATE reaction SET trouble = 'no answer for ' || regexp_replace(%(nhs_number)s,"
    " '(...)(...)(....)', '\\1 \\2 \\3')"
    " WHERE journey_id = %(journey)s AND cause = 'batch.certified'"
)

# A mismatch between the two checks: they are no pair any more.
PAIR_BROKEN = (
    "UPDATE ledger SET seq = seq + 2000 WHERE journey_id = %(journey)s AND seq >= %(after)s",
    "INSERT INTO ledger SELECT journey_id, %(after)s, gen_random_uuid(), 'identity.mismatched',"
    " stage, actor, role, occurred_at, recorded_at, command_id, payload, previous, hash"
    " FROM ledger WHERE journey_id = %(journey)s AND seq = %(after)s - 1",
    "UPDATE ledger SET seq = seq - 1999 WHERE journey_id = %(journey)s AND seq > 2000",
)


def _by(somebody: str, event: str) -> tuple[str, ...]:
    """Another did it, in the right role, and the command says so too."""
    return (
        f"UPDATE command SET actor = '{somebody}' FROM ledger l WHERE l.command_id = command.id"  # noqa: S608
        f" AND l.journey_id = %(journey)s AND l.name = '{event}'",
        f"UPDATE ledger SET actor = '{somebody}' WHERE journey_id = %(journey)s"  # noqa: S608
        f" AND name = '{event}'",
    )


def _newcomer(site: str) -> tuple[str, ...]:
    """Somebody without any training has prescribed, who is appointed at this site."""
    return (
        "INSERT INTO account (id, username, kind, printed_name, organisation, state, created_at,"
        " created_by) VALUES (gen_random_uuid(), 'dr-new', 'person', 'Dr New', 'R0A', 'active',"
        " now(), 'a-manager')",
        "INSERT INTO appointment (id, account_id, kind, role, site, trial, product, valid_from,"  # noqa: S608
        f" valid_until, granted_by, reason) SELECT gen_random_uuid(), id, kind,"
        f" 'treating-physician', '{site}', '*', '*', '2000-01-01', '2200-01-01', 'a-manager', 'new'"
        " FROM account WHERE username = 'dr-new'",
        *_by("dr-new", "dose.prescribed"),
    )


AT_ANOTHER_CENTRE = (
    *_newcomer("RX1"),
    "INSERT INTO training (id, account_id, product, kind, completed_at, expires_at, certificate,"
    " recorded_by) SELECT gen_random_uuid(), id, 'aucatzyl', 'SOP', '2000-01-01', '2200-01-01',"
    " 'C-1', 'a-manager' FROM account WHERE username = 'dr-new'",
)
CERTIFIED_BY_NOBODY = (
    *_by("a-stranger", "batch.certified"),
    "UPDATE batch SET certified_by = 'a-stranger' WHERE journey_id = %(journey)s",
)

PLANTED: list[tuple[str, str, tuple[str, ...] | str]] = [
    ("01", MADE, OTHERS_PERSON),
    ("02", MADE, SAME_PERSON),
    ("04", MADE, _by("a-stranger", "dose.prescribed")),
    ("04", MADE, _newcomer("R0A")),
    ("04", MADE, AT_ANOTHER_CENTRE),
    ("05", MADE, QP_TESTED),
    ("05", MADE, CERTIFIED_BY_NOBODY),
    ("06", MADE, WARM),
    ("06", MADE, IN_QUARANTINE),
    ("07", MADE, SILENT),
    ("07", MADE, OTHER_LOGGER),
    ("08", MADE, UNHELD),
    ("09", MADE, "UPDATE unit SET parent = NULL WHERE journey_id = %(journey)s"),
    ("09", "ebvallo", "UPDATE stock_unit SET batch = 'ANOTHER'"),
    (
        "09",
        MADE,
        (
            "INSERT INTO recall SELECT gen_random_uuid(), 'batch', batch, 4, 'DMRC-1', opened_at,"
            " opened_at, 'somebody', 'qualified-person' FROM batch WHERE journey_id = %(journey)s",
            "UPDATE journey SET changed_at = opened_at WHERE id = %(journey)s",
        ),
    ),
    (
        "09",
        MADE,
        "INSERT INTO material_lot SELECT journey_id, 1, 'vector', 'LV-1', batch, now() FROM batch"
        " WHERE journey_id = %(journey)s",
    ),
    ("10", MADE, OUT_OF_ORDER),
    ("10", MADE, "UPDATE journey SET held_by = 'hold.placed' WHERE id = %(journey)s"),
    ("11", MADE, SAME_KEY),
    (
        "12",
        MADE,
        "UPDATE command SET version = version + 1 WHERE journey_id = %(journey)s"
        " AND name = 'record-panel-decision'",
    ),
    (
        "13",
        MADE,
        "UPDATE command SET source = content_hash WHERE journey_id = %(journey)s"
        " AND name = 'refer'",
    ),
    (
        "13",
        MADE,
        "INSERT INTO command (id, journey_id, name, actor, role, key, content_hash, payload,"
        " received_at, outcome, version) SELECT gen_random_uuid(), journey_id, name, actor, role,"
        " 'never-sent', content_hash, payload, received_at, 'duplicate', version FROM command"
        " WHERE journey_id = %(journey)s AND name = 'record-panel-decision'",
    ),
    ("15", OPEN, "DELETE FROM timer WHERE journey_id = %(journey)s AND kind = 'material-expires'"),
    (
        "15",
        OPEN,
        "UPDATE timer SET due_at = due_at + interval '1 day' WHERE journey_id = %(journey)s"
        " AND fired_at IS NULL AND cancelled_at IS NULL AND kind ~ '^wait'",
    ),
    (
        "15",
        MADE,
        "UPDATE timer SET cancelled_at = NULL WHERE journey_id = %(journey)s AND kind ~ 'admin'",
    ),
    ("16", MADE, SOMEBODY_ELSE),
    ("16", MADE, BY_A_COURIER),
    ("18", LIFTED, ONE_AGREED),
    (
        "18",
        MADE,
        "INSERT INTO unit_label SELECT unit, 2, journey_id, 'L-2', 'L-1', 'damaged', 'a', 'b',"
        " now() FROM unit WHERE journey_id = %(journey)s AND kind = 'product' LIMIT 1",
    ),
    (
        "19",
        MADE,
        "DELETE FROM outbox USING ledger l WHERE l.id = event_id AND l.journey_id = %(journey)s"
        " AND l.name = 'dose.administered'",
    ),
    ("20", MADE, NHS_NUMBER_IN_CLEAR),
    ("L1", OPEN, "UPDATE journey SET waits_owner = 'courier' WHERE id = %(journey)s"),
    (
        "L1",
        OPEN,
        "UPDATE reaction SET cause = 'another' WHERE journey_id = %(journey)s"
        " AND cause = 'consent.given'",
    ),
]


@pytest.mark.parametrize(("number", "product", "statements"), PLANTED)
def test_what_a_superuser_changed_is_found_by_that_invariant_alone(
    record: Record, number: str, product: str, statements: tuple[str, ...] | str
):
    journey = record.journey(product, ended=product not in (OPEN, LIFTED))
    values = {"journey": journey, "nhs_number": record.nhs_number(journey)}
    record.change(*([statements] if isinstance(statements, str) else statements), **values)
    record.seal(journey)  # so that only what was changed is wrong, not the chain
    assert record.found() == {(number, journey)}


EDITED = [
    ("02", "identity.checked", {"scanned_patient": "ATF-0000-0000-0000-0"}),
    ("02", "shipment.packed", {"scanned_coi": "ATF-0000-0000-0000-0"}),
    ("02", "dose.administered", {"first_checker": "nobody"}),
    ("03", "dose.administered", {"volume_ml": 50.1}),
    ("03", "treatment.completed", {"doses": 1}),
    ("04", "consent.given", {"scopes": ["collection", "data", "follow-up"]}),
    ("04", "manufacture.completed", {"expires_at": "2021-03-01T00:00:00Z"}),
    ("04", "dose.administered", {"ended_at": "2089-01-01T00:00:00Z"}),
    ("04", "batch.certified", {"batch": "ANOTHER"}),
    ("06", "shipment.accepted", {"minutes_outside": 3}),
    ("06", "shipment.accepted", {"highest_c": -200}),
    ("07", "temperature.logged", {"readings": 3}),
    ("11", "follow_up.recorded", {"day": 100}),
]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE logger SET standing = 'withdrawn'",
        "UPDATE logger SET sensor = 'ANOTHER'",
        "DELETE FROM calibration",
    ],
)
def test_what_nobody_vouches_for_any_more_is_found_of_every_leg_that_a_logger_watched(
    record: Record, statement: str
):
    record.change(statement)
    found = record.found()
    assert ("07", record.journey(MADE)) in found
    assert {number for number, _ in found} == {"07"}


@pytest.mark.parametrize(("number", "event", "fields"), EDITED)
def test_an_event_rewritten_and_sealed_anew_is_found_by_that_invariant(
    record: Record, number: str, event: str, fields: dict[str, object]
):
    journey = record.journey(MADE)
    record.edit(journey, event, **fields)
    found = record.found()
    assert (number, journey) in found
    # The certificate of another batch is also not the one that the batch's row tells of.
    also = {("05", journey)} if event == "batch.certified" else set()
    assert found - {(number, journey)} == also


GATE = [
    ("batch.certified", "not certified"),
    ("product.accepted", "not accepted on site"),
    ("consent.verified", "no consent to treatment"),
    ("administration.cleared", "not cleared"),
    ("dose.prescribed", "not prescribed"),
    ("conditioning.completed", "not conditioned"),
    ("product.thawed", "outside the window from thaw"),
]


@pytest.mark.parametrize(("event", "reason"), GATE)
def test_the_gate_misses_each_event_that_it_needs(record: Record, event: str, reason: str):
    journey = record.journey(MADE)
    gone = "UPDATE ledger SET name = 'x' WHERE journey_id = %(journey)s AND name = %(event)s"
    record.change(gone, journey=journey, event=event)
    found = [one.found for one in record.report().violations if one.number == "04"]
    assert any(what.endswith(f"dose.administered: {reason}") for what in found)


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("UPDATE ledger SET name = 'hold.placed' WHERE name = 'release.prepared'", "on hold"),
        ("UPDATE ledger SET name = 'batch.rejected' WHERE name = 'release.prepared'", "rejected"),
        (
            "UPDATE ledger SET name = 'consent.withdrawn',"
            " payload = jsonb_build_object('scopes', jsonb_build_array('treatment'))"
            " WHERE name = 'release.prepared'",
            "consent withdrawn",
        ),
        ("UPDATE ledger SET name = 'product.damaged' WHERE name = 'product.thawed'", "damaged"),
        (
            "UPDATE batch SET in_specification = FALSE, evaluation = 'RE', evaluated_by = 'a',"
            " request = 'RQ', requested_by = 'b'",
            "out of specification without three signatures",
        ),
        (
            'UPDATE ledger SET payload = payload || \'{"certified_by": ""}\''
            " WHERE name = 'order.confirmed'",
            "not certified",
        ),
    ],
)
def test_the_gate_sees_what_should_have_closed_it(record: Record, statement: str, reason: str):
    record.change(statement)
    found = [one.found for one in record.report().violations if one.number == "04"]
    assert any(what.endswith(f"dose.administered: {reason}") for what in found)


def test_a_check_from_before_a_mismatch_is_no_check(record: Record):
    journey = record.journey(MADE)
    first = record.one(
        "SELECT min(seq) FROM ledger WHERE journey_id = %(journey)s AND name = 'identity.checked'",
        journey=journey,
    )
    record.change(*PAIR_BROKEN, journey=journey, after=first + 1)
    found = [one.found for one in record.report().violations if one.number == "02"]
    assert (
        f"event {first + 4}, product.thawed of dose 1: 1 matching check(s) before preparation,"
        " not two" in found
    )


TAMPERED = [
    'UPDATE ledger SET payload = payload || \'{"funding_reference": "X"}\''
    " WHERE journey_id = %(journey)s AND name = 'panel.approved'",
    "UPDATE ledger SET occurred_at = occurred_at - interval '1 microsecond'"
    " WHERE journey_id = %(journey)s AND seq = 2",
    "UPDATE ledger SET hash = sha256(hash) WHERE journey_id = %(journey)s AND seq = 30",
    "UPDATE ledger SET id = gen_random_uuid() WHERE journey_id = %(journey)s AND seq = 30",
    "UPDATE journey SET head = sha256(head) WHERE id = %(journey)s",
    'UPDATE command SET payload = payload || \'{"form_version": "X"}\''
    " WHERE journey_id = %(journey)s AND name = 'record-consent'",
    "UPDATE logger_file SET content = content || ' ' FROM shipment s"
    " WHERE s.id = shipment_id AND s.journey_id = %(journey)s",
    "DELETE FROM ledger WHERE journey_id = %(journey)s AND seq = 30",
    "DELETE FROM ledger WHERE journey_id = %(journey)s AND seq >= 60",
]


@pytest.mark.parametrize("statement", TAMPERED)
def test_tampering_that_is_not_sealed_anew_breaks_the_trail(record: Record, statement: str):
    journey = record.journey(MADE)
    record.change(statement, journey=journey)
    assert ("17", journey) in record.found()


def test_a_whole_tail_cut_off_with_its_head_is_found_by_what_it_leaves(record: Record):
    journey = record.journey(MADE)
    record.change("DELETE FROM ledger WHERE journey_id = %(journey)s AND seq > 60", journey=journey)
    record.change("UPDATE journey SET version = 60 WHERE id = %(journey)s", journey=journey)
    record.seal(journey)
    assert ("12", journey) in record.found()


def test_what_is_due_and_not_done_is_found_when_patience_is_over(record: Record):
    journey = record.journey(OPEN, ended=False)
    late = record.one("SELECT now() + interval '1 hour'")
    found = record.found(Circumstances(now=late, wall=late))
    assert {("15", journey), ("L1", record.journey(LIFTED, ended=False))} <= found
    early = record.one("SELECT min(opened_at) FROM journey")
    assert record.found(Circumstances(now=early, wall=early)) == set()


def test_an_event_that_the_relay_passed_over_is_found(record: Record):
    journey = record.journey(MADE)
    record.change(
        "UPDATE outbox SET delivered_at = now() FROM ledger l WHERE l.id = event_id"
        " AND NOT (l.journey_id = %(journey)s AND l.name = 'dose.administered')",
        journey=journey,
    )
    late = record.one("SELECT now() + interval '1 hour'")
    assert ("19", journey) in record.found(Circumstances(now=CALM.now, wall=late))


def test_a_record_too_damaged_to_be_asked_is_found_and_does_not_stop_the_rest(record: Record):
    journey = record.journey(MADE)
    record.edit(journey, "dose.administered", dose="one", started_at="never")
    report = record.report()
    assert {"03", "04"} <= {violation.number for violation in report.violations}
    assert any(violation.found.startswith("cannot be checked") for violation in report.violations)


def test_every_invariant_that_can_be_checked_has_a_violation_here():
    planted = {number for number, _, _ in (*PLANTED, *EDITED)} | {"14", "17"}
    assert planted == {one.number for one in invariants() if one.query}


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        (
            "UPDATE ledger SET name = 'quality.out_of_specification' WHERE name = 'quality.passed'",
            "its results say otherwise of the specification",
        ),
        (
            "UPDATE ledger SET name = 'quality.out_of_specification' WHERE name = 'quality.passed'",
            "out of specification without evaluation and request by others",
        ),
    ],
)
def test_a_certificate_is_held_against_the_results(record: Record, statement: str, reason: str):
    record.change(statement)
    found = [one.found for one in record.report().violations if one.number == "05"]
    assert any(what.endswith(f"batch.certified: {reason}") for what in found)


def test_a_damaged_unit_that_somebody_still_holds_is_found(record: Record):
    record.change(
        "UPDATE custody SET ends_at = NULL"
        " WHERE unit = (SELECT min(unit) FROM unit WHERE state = 'given')"
        " AND starts_at = (SELECT max(starts_at) FROM custody c WHERE c.unit = custody.unit)"
    )
    record.change(
        "UPDATE unit SET state = 'damaged'"
        " WHERE unit = (SELECT min(unit) FROM unit WHERE state = 'given')"
    )
    found = [one.found for one in record.report().violations if one.number == "08"]
    assert any("that is damaged has 1 holder(s)" in what for what in found)


EARLIER = (
    "UPDATE ledger SET occurred_at = occurred_at - interval '400 days'"
    " WHERE journey_id = %(journey)s AND name = %(event)s"
)


@pytest.mark.parametrize("event", ["release.prepared", "manufacture.completed", "shipment.packed"])
def test_what_happened_in_another_order_than_it_is_told_in_is_found(record: Record, event: str):
    journey = record.journey(MADE)
    record.change(EARLIER, journey=journey, event=event)
    record.seal(journey)
    found = [one for one in record.report().violations if one.number == "14"]
    assert {one.journey for one in found} == {journey}
    assert any(f", {event}: happened before" in one.found for one in found)


HELD_THEN = (
    "UPDATE ledger SET name = 'hold.placed' WHERE journey_id = %(journey)s"
    " AND name = 'administration.cleared'",
    "UPDATE ledger SET name = 'hold.lifted', occurred_at = occurred_at + interval '1 year'"
    " WHERE journey_id = %(journey)s AND name = 'dose.prescribed'",
)


def test_a_dose_given_during_a_hold_that_was_lifted_later_is_found(record: Record):
    journey = record.journey(MADE)
    record.change(*HELD_THEN, journey=journey)
    found = [one.found for one in record.report().violations if one.number == "14"]
    assert any("dose.administered: happened during the hold of event" in one for one in found)


def test_a_death_that_is_told_after_a_dose_is_never_passed_over(record: Record):
    journey = record.journey(MADE)
    died = (
        "UPDATE ledger SET name = 'patient.died', occurred_at = occurred_at - interval '9 days'"
        " WHERE journey_id = %(journey)s AND name = 'treatment.completed'"
    )
    record.change(died, journey=journey)
    found = [one.found for one in record.report().violations if one.number == "14"]
    assert any(
        "patient.died: told after a dose that it should have stopped" in one for one in found
    )


SLOW_CLOCK = (
    "UPDATE ledger SET recorded_at = recorded_at - interval '2 hours'"
    " WHERE journey_id = %(journey)s AND seq >= 40",
    "UPDATE outbox SET recorded_at = l.recorded_at FROM ledger l WHERE l.id = event_id",
    "UPDATE command SET received_at = l.recorded_at FROM ledger l WHERE l.command_id = command.id",
)
SEEN = (
    "INSERT INTO observation (kind, observed_at, well, seconds, found)"
    " VALUES ('clock', now(), FALSE, 7200, 'two hours apart')"
)


def test_a_clock_that_ran_back_is_found_unless_it_was_seen_to_be_wrong(record: Record):
    journey = record.journey(MADE)
    record.change(*SLOW_CLOCK, journey=journey)
    record.seal(journey)
    assert record.found() == {("17", journey)}
    record.change(SEEN)
    assert record.found() == set()


LOCKED = "UPDATE account SET state = 'locked' WHERE username = 'simulated-courier-1'"
OPENED = (
    "INSERT INTO account_change SELECT gen_random_uuid(), id, 'state', '{old}', '{new}',"
    " 'a-manager', '{why}', now() + interval '{at} s'"
    " FROM account WHERE username = 'simulated-courier-1'"
)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            [OPENED.format(old="active", new="locked", why="left", at=0)],
            "the account says otherwise",
        ),
        ([LOCKED], "nobody is on record as having changed it"),
        (
            [
                LOCKED,
                OPENED.format(old="active", new="locked", why="left", at=0),
                OPENED.format(old="left", new="locked", why="left", at=1),
            ],
            "does not follow on the one before",
        ),
        ([LOCKED, OPENED.format(old="active", new="locked", why=" ", at=0)], "gives no reason"),
    ],
)
def test_what_was_changed_of_an_account_is_on_record_step_by_step(
    record: Record, changes: list[str], said: str
):
    with_constraints_off = "ALTER TABLE account_change DROP CONSTRAINT account_change_reason"
    with psycopg.connect(record.administrator) as connection:
        connection.execute(with_constraints_off)
        for table in ("account", "account_change"):
            connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER ALL".encode())
    record.change(*changes)
    found = record.report().violations
    assert {one.number for one in found} == {"16"}
    assert any(said in one.found for one in found)
