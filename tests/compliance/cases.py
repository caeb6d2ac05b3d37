"""For each check: rows that it must find something in, and rows that it must let pass."""

# ruff: noqa: S608, E501 - constants of ours, one row a line

from dataclasses import dataclass


@dataclass(frozen=True)
class Case:
    """SQL that makes the world wrong, and SQL that makes it right though only just."""

    wrong: str
    right: str


LAB = "SELECT unit FROM unit WHERE journey_id = %(moving)s"
NO_WAITS = "UPDATE journey SET waits_until = %(now)s + interval '1 hour' WHERE ended IS NULL"
SAFE = "UPDATE unit SET state = 'given', expires_at = %(now)s + interval '1 year'"
POLICY = """
INSERT INTO signature_policy (single, since, account, kept_at)
VALUES (TRUE, '2020-01-01', 'admin-1', '2020-01-01');
"""
SIGNED = """
INSERT INTO signature_use (signature_id, command_id, journey_id, account, meaning, record_kind,
    record_id, version, hash, matter, used_at)
SELECT '11111111-1111-4111-8111-111111111111', c.id, %(done)s, b.certified_by, 'certified',
    'journey', %(done)s::text, 31, decode(repeat('ab', 32), 'hex'), 'batch', %(now)s
FROM batch b JOIN command c ON c.journey_id = b.journey_id AND c.name = 'certify-batch'
WHERE b.journey_id = %(done)s;
"""
VOID = """
INSERT INTO signature_void (signature_id, found_at, reason)
VALUES ('11111111-1111-4111-8111-111111111111', %(now)s, 'changed');
"""
TOLD_LATE = """
UPDATE ledger SET name = 'consent.withdrawn',
    payload = jsonb_build_object('scopes', jsonb_build_array('treatment')),
    occurred_at = (SELECT max(started_at) FROM administration WHERE journey_id = %(done)s)
        - interval '{before}'
WHERE journey_id = %(done)s
    AND seq = (SELECT max(seq) FROM ledger WHERE journey_id = %(done)s);
"""
TRIAL = "UPDATE journey SET trial = 'TRIAL-1' WHERE id = %(made)s;"
LEAVER = (
    "UPDATE account SET state = 'left', left_at = now() WHERE username = 'simulated-courier-1';"
)
RECALL = """
INSERT INTO recall (id, kind, lot, recall_class, reference, recalled_at, recorded_at, recorded_by, role)
SELECT '22222222-2222-4222-8222-222222222222', 'unit', unit, {of_class}, 'R-1',
    %(now)s - interval '{age}', %(now)s - interval '{age}', 'officer-1', 'compliance-officer'
FROM unit WHERE journey_id = %(made)s LIMIT 1;
"""
TOLD = """
INSERT INTO recall_notice (journey_id, recall_id, seq, given, told_at)
VALUES (%(made)s, '22222222-2222-4222-8222-222222222222', 99, FALSE, %(now)s);
"""
CLOSED = """
INSERT INTO recall_closing (recall_id, reference, closed_at, closed_by, role)
VALUES ('22222222-2222-4222-8222-222222222222', 'C-1', %(now)s, 'officer-1', 'compliance-officer');
"""
DUTY = """
INSERT INTO duty (journey_id, name, title, owner, cause, seq, source, since, due_at)
VALUES (%(made)s, '{name}', 'Report it', 'pharmacovigilance', 'adverse_event.reported', 1, 'a source',
    %(now)s - interval '10 days', %(now)s + interval '{due}');
"""


def approval(kind: str, *, until: str, standing: str = "granted") -> str:
    return f"""
    INSERT INTO approval (trial, kind, reference, standing, valid_from, valid_until, recorded_by)
    VALUES ('TRIAL-1', '{kind}', 'A-1', '{standing}', %(now)s - interval '2 years',
        %(now)s + interval '{until}', 'officer-1');
    """


def licence(kind: str, *, until: str, where: str = "SELECT DISTINCT centre FROM journey") -> str:
    return f"""
    INSERT INTO licence (organisation, kind, reference, standing, valid_from, valid_until, recorded_by)
    SELECT o.code, '{kind}', 'L-1', 'granted', %(now)s - interval '2 years',
        %(now)s + interval '{until}', 'officer-1' FROM ({where}) AS o (code);
    """


MAKERS = "SELECT ods_code FROM organisation WHERE kind = 'manufacturer'"


def observed(kind: str, *, well: bool, ago: str) -> str:
    return f"""
    INSERT INTO observation (kind, observed_at, well, found)
    VALUES ('{kind}', %(now)s - interval '{ago}', {well}, 'as it was found');
    """


def stale(kind: str) -> Case:
    return Case(
        observed(kind, well=True, ago="3 days"),
        observed(kind, well=False, ago="2 hours") + observed(kind, well=True, ago="5 minutes"),
    )


def unit(state: str, expires: str, kind: str = "material") -> str:
    return f"""
    {SAFE};
    UPDATE unit SET state = '{state}', kind = '{kind}', expires_at = %(now)s + interval '{expires}'
    WHERE journey_id = %(moving)s;
    """


def backup(ago: str) -> str:
    return f"""
    INSERT INTO backup_made (made_at, sha256, size_bytes)
    VALUES (%(now)s - interval '{ago}', decode(repeat('ab', 32), 'hex'), 1);
    """


def tried(outcome: str, times: int, *, ago: str = "1 hour") -> str:
    """Attempts to prove who one is, each after all that came before."""
    return f"""
    INSERT INTO sign_in (id, account, methods, outcome, at, kept_at)
    SELECT gen_random_uuid(), 'qp-anna', 'password', '{outcome}', moment, moment
    FROM generate_series(1, {times}) AS n,
        LATERAL (SELECT %(now)s - interval '{ago}' + interval '1 second'
            * (n + (SELECT count(*) FROM sign_in)) AS moment) AS m;
    """


MOVING = """
UPDATE shipment SET packed_at = %(now)s - interval '1 day', collected_at = NULL,
    delivered_at = NULL, logger = 'LOGGER-OF-A-CASE'
WHERE journey_id = %(moving)s;
"""


def calibrated(due: str) -> str:
    return f"""
    INSERT INTO calibration (device, kind, calibrated_at, due_at, certificate, recorded_by)
    SELECT logger, 'logger', %(now)s - interval '1 year', %(now)s + interval '{due}', 'C-1', 'lab-1'
    FROM shipment WHERE journey_id = %(moving)s;
    """


def registered(standing: str) -> str:
    return f"""
    INSERT INTO logger (serial, model, sensor, unit, zone, interval_s, owner, standing, valid_from,
        recorded_by)
    SELECT logger, 'M', 'S', 'C', 'UTC', 300, 'R0A', '{standing}', %(now)s - interval '1 year',
        'lab-1' FROM shipment WHERE journey_id = %(moving)s;
    """


def appointed(product: str) -> str:
    return f"""
    UPDATE appointment SET product = '{product}' WHERE role = 'courier' AND account_id =
        (SELECT id FROM account WHERE username = 'simulated-courier-1');
    """


CASES = {
    "coi-mismatch-untold": Case(
        "UPDATE ledger SET name = 'label.mismatched', payload = payload || jsonb_build_object("
        "'scanned_unit', (SELECT unit FROM unit WHERE journey_id = %(made)s AND kind = 'material'))"
        " WHERE journey_id = %(moving)s AND name = 'shipment.packed'",
        "UPDATE ledger SET name = 'label.mismatched'"
        " WHERE journey_id = %(moving)s AND name = 'shipment.packed'",
    ),
    "coi-bedside": Case(
        "DELETE FROM identity_check WHERE phase = 'administration' AND checker LIKE '%%2'",
        "UPDATE administration SET started_at = started_at + interval '1 minute'",
    ),
    "coi-genealogy": Case("UPDATE unit SET parent = NULL WHERE kind = 'product'", "SELECT 1"),
    "custody-gap": Case(
        "UPDATE custody SET ends_at = %(now)s WHERE journey_id = %(moving)s AND ends_at IS NULL",
        "UPDATE custody SET ends_at = %(now)s WHERE journey_id = %(done)s AND ends_at IS NULL",
    ),
    "custody-unscanned": Case(
        "UPDATE custody SET receiver_scan = NULL WHERE journey_id = %(done)s",
        "UPDATE custody SET receiver_scan = NULL WHERE journey_id = %(done)s AND giver IS NULL",
    ),
    "handover-overdue": Case(
        "UPDATE journey SET waits_until = %(now)s - interval '1 second' WHERE id = %(moving)s",
        NO_WAITS,
    ),
    "leg-unjudged": Case(
        "UPDATE shipment SET verdict = NULL, received_at = %(now)s - interval '5 hours'"
        " WHERE journey_id = %(made)s",
        "UPDATE shipment SET verdict = NULL, received_at = %(now)s - interval '3 hours'"
        " WHERE journey_id = %(made)s",
    ),
    "readings-missing": Case(
        "UPDATE shipment SET verdict = NULL, received_at = %(now)s - interval '25 hours'"
        " WHERE journey_id = %(made)s; DELETE FROM logger_file",
        "UPDATE shipment SET verdict = NULL, received_at = %(now)s - interval '25 hours'"
        " WHERE journey_id = %(made)s",
    ),
    "excursion-undecided": Case(
        "INSERT INTO deviation (journey_id, seq, unit, shipment_id, leg, reasons, owner, opened_at,"
        " due_at) SELECT journey_id, 9, 'U', id, leg, 'warm', 'courier', %(now)s - interval '2 days',"
        " %(now)s - interval '1 hour' FROM shipment WHERE journey_id = %(made)s",
        "INSERT INTO deviation (journey_id, seq, unit, shipment_id, leg, reasons, owner, opened_at,"
        " due_at) SELECT journey_id, 9, 'U', id, leg, 'warm', 'courier', %(now)s - interval '2 days',"
        " %(now)s + interval '1 hour' FROM shipment WHERE journey_id = %(made)s",
    ),
    "logger-unregistered": Case(
        MOVING + registered("in-use") + registered("withdrawn"), MOVING + registered("in-use")
    ),
    "calibration-missing": Case(MOVING, MOVING + calibrated("1 day")),
    "calibration-expiring": Case(
        MOVING + calibrated("29 days"), MOVING + calibrated("29 days") + calibrated("31 days")
    ),
    "material-expiring": Case(unit("accepted", "23 hours"), unit("accepted", "25 hours")),
    "product-expiring": Case(
        unit("released", "29 days", "product"), unit("given", "29 days", "product")
    ),
    "expired-unheld": Case(
        unit("accepted", "-1 hour"),
        unit("accepted", "-1 hour")
        + "UPDATE journey SET held_by = 'hold.placed' WHERE id = %(moving)s",
    ),
    "stock-expiring": Case(
        "INSERT INTO stock_unit VALUES ('S-1', 'ebvallo', 'B', '', '', %(now)s, 'qp', NULL)",
        "INSERT INTO stock_unit VALUES"
        " ('S-1', 'ebvallo', 'B', '', '', %(now)s + interval '61 days', 'qp', NULL)",
    ),
    "thaw-window": Case(
        "UPDATE unit SET state = 'prepared' WHERE journey_id = %(done)s AND kind = 'product'",
        "UPDATE unit SET state = 'prepared' WHERE journey_id = %(done)s AND kind = 'product';"
        "UPDATE ledger SET occurred_at = %(now)s WHERE name = 'product.thawed'",
    ),
    "consent-missing": Case("DELETE FROM consent WHERE scope = 'data'", "SELECT 1"),
    "consent-withdrawn": Case(
        "UPDATE consent SET withdrawn_at = %(now)s WHERE journey_id = %(made)s AND scope = 'treatment'",
        "UPDATE consent SET withdrawn_at = %(now)s WHERE journey_id = %(made)s AND scope = 'data'",
    ),
    "consent-withdrawn-late": Case(
        TOLD_LATE.format(before="0 minutes"), TOLD_LATE.format(before="-1 minute")
    ),
    "approval-ethics": Case(
        TRIAL + approval("ethics", until="-1 day"), TRIAL + approval("ethics", until="1 day")
    ),
    "approval-mhra": Case(
        TRIAL + approval("mhra", until="1 year", standing="suspended"),
        TRIAL + approval("mhra", until="1 day"),
    ),
    "approval-expiring": Case(
        TRIAL + approval("gmo", until="59 days"), TRIAL + approval("gmo", until="61 days")
    ),
    "approval-panel": Case("DELETE FROM ledger WHERE name = 'panel.approved'", "SELECT 1"),
    "licence-hta": Case("SELECT 1", licence("hta", until="61 days")),
    "licence-jacie": Case(licence("jacie", until="59 days"), licence("jacie", until="61 days")),
    "licence-mia": Case(
        licence("mia", until="59 days", where=MAKERS), licence("mia", until="61 days", where=MAKERS)
    ),
    "training-missing": Case(
        appointed("kymriah") + "UPDATE training SET expires_at = %(now)s", appointed("kymriah")
    ),
    "training-expiring": Case(
        "UPDATE training SET expires_at = %(now)s + interval '29 days'",
        "UPDATE training SET expires_at = %(now)s + interval '31 days'",
    ),
    "account-left": Case(
        LEAVER,
        LEAVER + "UPDATE appointment SET ended_at = %(now)s, ended_by = 'a', end_reason = 'left'"
        " WHERE account_id = (SELECT id FROM account WHERE username = 'simulated-courier-1')",
    ),
    "sign-in-failed": Case(
        tried("refused", 4) + tried("locked", 1),
        tried("refused", 4)
        + tried("ok", 1)
        + tried("refused", 4)
        + tried("refused", 9, ago="2 days"),
    ),
    "delegation-hollow": Case(
        "INSERT INTO delegation (id, from_id, to_id, role, site, trial, valid_from, valid_until,"
        " signed_by, reason) SELECT gen_random_uuid(), a.id, b.id, 'referrer', '*', '*',"
        " %(now)s - interval '1 day', %(now)s + interval '1 day', a.username, 'leave'"
        " FROM account a, account b WHERE a.username = 'simulated-courier-1'"
        " AND b.username = 'simulated-coordinator-1'",
        "INSERT INTO delegation (id, from_id, to_id, role, site, trial, valid_from, valid_until,"
        " signed_by, reason) SELECT gen_random_uuid(), a.id, b.id, 'courier', '*', '*',"
        " %(now)s - interval '1 day', %(now)s + interval '1 day', a.username, 'leave'"
        " FROM account a, account b WHERE a.username = 'simulated-courier-1'"
        " AND b.username = 'simulated-coordinator-1'",
    ),
    "slot-conflict": Case(
        "UPDATE slot SET starts_at = %(now)s + interval '2 days', ends_at = %(now)s"
        " + interval '3 days' WHERE kind = 'collection' AND journey_id = %(made)s;"
        "UPDATE slot SET starts_at = %(now)s + interval '1 day', ends_at = %(now)s"
        " + interval '2 days' WHERE kind = 'manufacture' AND journey_id = %(made)s",
        "UPDATE slot SET starts_at = starts_at + interval '6 years', ends_at = ends_at"
        " + interval '6 years' WHERE journey_id = %(made)s",
    ),
    "slot-missed": Case(
        "UPDATE journey SET stage = 'collection' WHERE id = %(made)s;"
        "DELETE FROM unit WHERE journey_id = %(made)s",
        "UPDATE journey SET stage = 'collection' WHERE id = %(made)s;"
        "DELETE FROM unit WHERE journey_id = %(made)s;"
        "UPDATE slot SET ends_at = %(now)s - interval '11 hours'"
        ", starts_at = %(now)s - interval '14 hours'"
        " WHERE kind = 'collection' AND journey_id = %(made)s",
    ),
    "release-unreviewed": Case(POLICY, "SELECT 1"),
    "release-unsigned": Case(POLICY + SIGNED + VOID, POLICY + SIGNED),
    "signature-void": Case(
        SIGNED
        + VOID
        + "UPDATE signature_use SET journey_id = %(made)s, record_id = %(made)s::text",
        SIGNED + VOID,
    ),
    "four-eyes-batch": Case(
        "UPDATE batch SET certified_by = checked_by WHERE certified_by IS NOT NULL", "SELECT 1"
    ),
    "four-eyes-bedside": Case(
        "UPDATE administration SET second_checker = first_checker", "SELECT 1"
    ),
    "four-eyes-label": Case(
        "INSERT INTO unit_label (unit, version, journey_id, label, old_label, reason, first_person,"
        " second_person, applied_at) SELECT unit, 2, journey_id, 'L2', unit, 'torn', 'p-1', 'p-1',"
        " %(now)s FROM unit WHERE journey_id = %(moving)s",
        "INSERT INTO unit_label (unit, version, journey_id, label, old_label, reason, first_person,"
        " second_person, applied_at) SELECT unit, 2, journey_id, 'L2', unit, 'torn', 'p-1', 'p-2',"
        " %(now)s FROM unit WHERE journey_id = %(moving)s",
    ),
    "susar-clock": Case(
        DUTY.format(name="susar-7-days:1", due="23 hours"),
        DUTY.format(name="susar-7-days:1", due="25 hours"),
    ),
    "duty-overdue": Case(
        DUTY.format(name="yellow-card:1", due="-1 minute"),
        DUTY.format(name="yellow-card:1", due="1 minute"),
    ),
    "periodic-report": Case(
        TRIAL + approval("mhra", until="1 year"),
        TRIAL
        + approval("mhra", until="1 year")
        + "INSERT INTO periodic_report (trial, kind, covers_until, sent_at, reference, recorded_by)"
        " VALUES ('TRIAL-1', 'dsur', %(now)s::date - 420, %(now)s, 'D-1', 'pv-1')",
    ),
    "follow-up-due": Case(
        "INSERT INTO follow_up_visit VALUES (%(made)s, 100, %(now)s - interval '15 days', NULL)",
        "INSERT INTO follow_up_visit VALUES (%(made)s, 100, %(now)s - interval '13 days', NULL)",
    ),
    "follow-up-lost": Case(
        "INSERT INTO follow_up_visit VALUES (%(made)s, 100, %(now)s - interval '91 days', NULL)",
        "INSERT INTO follow_up_visit VALUES (%(made)s, 100, %(now)s - interval '91 days', NULL);"
        "UPDATE ledger SET name = 'contact.attempted', occurred_at = %(now)s"
        " WHERE journey_id = %(made)s AND seq = 3",
    ),
    "retention": Case(
        "UPDATE unit SET expires_at = %(now)s - interval '31 years'",
        "UPDATE unit SET expires_at = %(now)s - interval '29 years'",
    ),
    "recall-open": Case(
        RECALL.format(of_class=1, age="3 days"), RECALL.format(of_class=3, age="3 days")
    ),
    "recall-untold": Case(
        RECALL.format(of_class=2, age="1 hour"), RECALL.format(of_class=2, age="1 hour") + TOLD
    ),
    "hold-overdue": Case(
        "UPDATE journey SET held_by = 'hold.placed' WHERE id = %(made)s",
        NO_WAITS + "; UPDATE journey SET held_by = 'hold.placed' WHERE id = %(made)s",
    ),
    "wait-overdue": Case(
        "UPDATE journey SET waits_until = %(now)s - interval '25 hours'",
        "UPDATE journey SET waits_until = %(now)s - interval '23 hours'",
    ),
    "audit-chain": Case(
        "UPDATE ledger SET previous = decode(repeat('ab', 32), 'hex')"
        " WHERE journey_id = %(done)s AND seq = 7",
        "UPDATE ledger SET payload = '{}'",
    ),
    "clock-drift": stale("clock"),
    "prefect-health": stale("prefect"),
    "worker-health": stale("worker"),
    "anchor-age": stale("anchor"),
    "trail-verified": stale("trail"),
    "backup-age": Case(backup("27 hours"), backup("27 hours") + backup("25 hours")),
    "work-unanswered": Case(
        "UPDATE reaction SET done_at = NULL, outcome = NULL,"
        " not_before = %(now)s - interval '16 minutes'",
        "UPDATE reaction SET done_at = NULL, outcome = NULL,"
        " not_before = %(now)s - interval '14 minutes'",
    ),
    "deadline-unfired": Case(
        "UPDATE timer SET fired_at = NULL, cancelled_at = NULL",
        "UPDATE timer SET fired_at = NULL, cancelled_at = NULL,"
        " due_at = %(now)s - interval '14 minutes'",
    ),
}
