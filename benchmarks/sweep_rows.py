"""Rows for the sweep's benchmark, made by SQL: journeys with the shapes and sizes of real ones."""

# ruff: noqa: E501 - one kind of row each

from typing import Any

import psycopg

TABLES = (
    "ledger", "journey", "unit", "custody", "shipment", "logger_file", "identity_check",
    "administration", "batch", "consent", "slot", "follow_up_visit", "duty", "reaction", "timer",
    "deviation", "signature_use", "signature_void", "trail_review", "unit_label", "stock_unit",
    "approval", "licence", "periodic_report", "recall", "recall_notice", "account", "appointment",
    "training", "delegation", "observation", "backup_made", "calibration", "sign_in",
)  # fmt: skip
"""Every table that a check reads. `command` is read by its index only."""

UNGUARD = """
SET session_replication_role = replica;
SET synchronous_commit = off;
ALTER TABLE ledger DROP CONSTRAINT uq_ledger_id CASCADE;
DROP INDEX ix_ledger_command_id;
DROP INDEX ix_ledger_recorded_at;
ALTER TABLE custody DROP CONSTRAINT ex_custody_one_holder;
DROP INDEX uq_command_accepted_key;
CREATE FUNCTION one(number int) RETURNS uuid LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN md5(number::text)::uuid;
CREATE FUNCTION link(number int, seq int) RETURNS bytea LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE seq WHEN 0 THEN decode(repeat('00', 32), 'hex')
        ELSE int4send(number * 31 # seq * 7919) || decode(repeat('ab', 28), 'hex') END;
CREATE UNLOGGED TABLE step AS SELECT n::int AS seq, name, gen_random_uuid() AS id,
    jsonb_build_object('note', repeat(md5(n::text), 6), 'number', n, 'scanned_unit', 'U-' || n) AS payload
FROM unnest(ARRAY['referral.received', 'referral.accepted', 'screening.recorded',
    'eligibility.assessed', 'eligibility.confirmed', 'panel.submitted', 'panel.approved',
    'consent.given', 'consent.verified', 'slots.booked', 'slot.confirmed', 'collection.completed',
    'material.tested', 'material.accepted', 'courier.booked', 'shipment.packed',
    'shipment.collected', 'shipment.delivered', 'shipment.received', 'temperature.logged',
    'shipment.accepted', 'batch.opened', 'manufacture.started', 'manufacture.completed',
    'quality.results_recorded', 'quality.passed', 'release.prepared', 'batch.certified',
    'courier.booked', 'shipment.packed', 'shipment.delivered', 'shipment.received',
    'product.accepted', 'conditioning.started', 'conditioning.completed', 'identity.checked',
    'product.thawed', 'identity.checked', 'dose.administered', 'monitoring.planned'])
    WITH ORDINALITY AS w (name, n);
ANALYZE step
"""
"""Nothing checks what is made here; and indexes that no sweep reads are not built."""

BEFORE = """
DROP INDEX ix_ledger_name;
ALTER TABLE ledger DROP CONSTRAINT pk_ledger
"""
AFTER = """
SET maintenance_work_mem = '512MB';
ALTER TABLE ledger ADD CONSTRAINT pk_ledger PRIMARY KEY (journey_id, seq);
CREATE INDEX ix_ledger_name ON ledger (name)
"""

DAY = "'2026-01-01'::timestamptz + (i % 300) * interval '1 day'"

FILL = (
    """
    INSERT INTO journey (id, coi, person_id, pathway, product, centre, stage, version, head,
        opened_at, changed_at, waits_for, waits_owner, waits_since, waits_until, held_by, ended, ended_at)
    SELECT one(i), 'C-' || i, one(-i), 'autologous', 'kymriah', 'R0A',
        CASE WHEN i % 10 < 9 THEN 'follow_up' ELSE 'manufacture' END, 40, link(i, 40),
        {day}, {day}, 'record-follow-up', 'treating-physician', {day},
        now() + interval '30 days' - CASE WHEN i % 1000 = 9 THEN interval '40 days' ELSE interval '0' END,
        CASE WHEN i % 5000 = 9 THEN 'hold.placed' END,
        CASE WHEN i % 10 < 3 THEN 'completed' END, CASE WHEN i % 10 < 3 THEN now() END
    FROM generate_series({since} + 1, {until}) AS i
    """,
    # In the order in which such things happen: a thousand journeys go on side by side.
    """
    INSERT INTO ledger (journey_id, seq, id, name, stage, actor, role, occurred_at, recorded_at,
        command_id, payload, previous, hash)
    SELECT one(t * 1000 + k), s.seq, s.id, s.name, 'stage', 'somebody-7', 'coordinator',
        '2026-01-01'::timestamptz + s.seq * interval '1 day', '2026-01-01'::timestamptz + s.seq * interval '1 day',
        s.id, s.payload, link(t * 1000 + k, s.seq - 1), link(t * 1000 + k, s.seq)
    FROM generate_series({since} / 1000, {until} / 1000 - 1) AS t, step AS s,
        generate_series(1, 1000) AS k
    """,
    """
    INSERT INTO command (id, journey_id, name, actor, role, key, content_hash, payload, received_at,
        outcome, version, kept_at)
    SELECT gen_random_uuid(), one(i), 'record-visit', 'somebody-7', 'coordinator', i || ':' || n,
        link(i, n), '{{}}', {day}, 'accepted', n, '2026-01-01'::timestamptz + i * interval '1 second'
    FROM generate_series({since} + 1, {until}) AS i, generate_series(1, 4) AS n
    """,
    """
    INSERT INTO unit (unit, journey_id, kind, parent, batch, state, expires_at, recorded_at)
    SELECT 'M-' || i, one(i), 'material', NULL, NULL, 'used', {day} + interval '270 days', {day}
    FROM generate_series({since} + 1, {until}) AS i
    UNION ALL
    SELECT 'P-' || i, one(i), 'product', 'M-' || i, 'B-' || i,
        CASE WHEN i % 500 = 9 THEN 'released' ELSE 'given' END, now() + (i % 400) * interval '1 day', {day}
    FROM generate_series({since} + 1, {until}) AS i
    """,
    """
    INSERT INTO custody (unit, starts_at, journey_id, holder, role, ends_at, giver, giver_scan, receiver_scan)
    SELECT 'P-' || i, {day} + n * interval '1 hour', one(i), 'holder ' || n, 'courier',
        CASE WHEN n < 7 THEN {day} + (n + 1) * interval '1 hour' END,
        CASE WHEN n > 1 THEN 'holder ' || n - 1 END, CASE WHEN n > 1 THEN 'S' END, CASE WHEN n > 1 THEN 'S' END
    FROM generate_series({since} + 1, {until}) AS i, generate_series(1, 7) AS n
    """,
    """
    INSERT INTO shipment (id, journey_id, leg, courier, reference, sender, receiver, packed_at,
        collected_at, delivered_at, received_at, log_sha256, minutes_outside, verdict)
    SELECT md5(i || 's' || n)::uuid, one(i), CASE n WHEN 1 THEN 'outbound' ELSE 'inbound' END, 'A courier',
        'R-' || i, 'R0A', 'Novartis Pharmaceuticals UK Ltd', {day}, {day}, {day}, {day}, md5(i::text), 0,
        CASE WHEN i % 2000 <> 9 THEN 'accepted' END
    FROM generate_series({since} + 1, {until}) AS i, generate_series(1, 2) AS n
    """,
    """
    INSERT INTO logger_file (sha256, shipment_id, logger, content, received_at, format, unit, zone)
    SELECT link(i, n), md5(i || 's' || n)::uuid, 'L-' || i, decode(repeat('61', 400), 'hex'), {day},
        'plain', 'C', 'UTC'
    FROM generate_series({since} + 1, {until}) AS i, generate_series(1, 2) AS n
    """,
    """
    INSERT INTO identity_check (journey_id, seq, dose, phase, checker, scanned_unit, matches, checked_at)
    SELECT one(i), n, 1, CASE WHEN n < 3 THEN 'preparation' ELSE 'administration' END,
        CASE WHEN i % 4000 = 9 THEN 'checker' ELSE 'checker-' || n % 2 END, 'P-' || i, TRUE, {day}
    FROM generate_series({since} + 1, {until}) AS i, generate_series(1, 4) AS n
    """,
    """
    INSERT INTO administration (journey_id, dose, unit, started_at, ended_at, volume_ml, given_by,
        first_checker, second_checker)
    SELECT one(i), 1, 'P-' || i, {day}, {day}, 50, 'physician', 'checker-0', 'checker-1'
    FROM generate_series({since} + 1, {until}) AS i
    """,
    """
    INSERT INTO batch (batch, journey_id, opened_at, made_by, checked_by, in_specification,
        certified_by, certified_at, certificate)
    SELECT 'B-' || i, one(i), {day}, 'maker', 'checker', TRUE, 'qp', {day}, 'C-' || i
    FROM generate_series({since} + 1, {until}) AS i
    """,
    """
    INSERT INTO consent (journey_id, scope, given_at, withdrawn_at)
    SELECT one(i), scope, {day}, CASE WHEN i % 10000 = 9 AND scope = 'data' THEN now() END
    FROM generate_series({since} + 1, {until}) AS i,
        unnest(ARRAY['collection', 'treatment', 'data', 'follow-up']) AS scope
    """,
    """
    INSERT INTO slot (journey_id, seq, kind, resource, starts_at, ends_at)
    SELECT one(i), 10, kind, kind || ' ' || i % 5000, s.at, s.at + interval '8 hours'
    FROM generate_series({since} + 1, {until}) AS i,
        unnest(ARRAY['collection', 'manufacture', 'bed']) AS kind,
        -- One journey in a hundred has slots to come.
        LATERAL (SELECT now() + (i / 5000 + 1) * interval '1 day'
            * CASE WHEN i % 100 = 9 THEN 1 ELSE -1 END AS at) AS s
    """,
    """
    INSERT INTO follow_up_visit (journey_id, day, due_at, recorded_at)
    SELECT one(i), n, {day} + n * interval '200 days', CASE WHEN n < 3 THEN {day} END
    FROM generate_series({since} + 1, {until}) AS i, generate_series(1, 12) AS n
    """,
    """
    INSERT INTO duty (journey_id, name, title, owner, cause, seq, source, since, due_at, fulfilled_at,
        fulfilled_by, reference)
    SELECT one(i), 'inform:20', 'Read what happened', 'treating-physician', 'shipment.quarantined', 20,
        'a source', {day}, {day} + interval '1 day', CASE WHEN i % 2000 <> 9 THEN {day} END,
        CASE WHEN i % 2000 <> 9 THEN 'physician' END, CASE WHEN i % 2000 <> 9 THEN 'R' END
    FROM generate_series({since} + 1, {until}) AS i
    """,
    """
    INSERT INTO reaction (journey_id, seq, stage, cause, created_at, not_before, attempts, fence, done_at, outcome)
    SELECT one(i), n, 'quality', 'quality.passed', {day}, {day}, 1, 1, {day}, 'done'
    FROM generate_series({since} + 1, {until}) AS i, generate_series(1, 12) AS n
    """,
    """
    INSERT INTO timer (journey_id, kind, due_at, fired_at)
    SELECT one(i), 'wait:' || n, {day}, {day}
    FROM generate_series({since} + 1, {until}) AS i, generate_series(1, 12) AS n
    """,
)


def unguard(connection: psycopg.Connection[Any]) -> None:
    """Let rows in that were not recorded, quickly."""
    connection.execute(UNGUARD.encode())


def fill(connection: psycopg.Connection[Any], since: int, until: int) -> None:
    """Make journeys `since` + 1 to `until`, thousands each, and have the planner know of them."""
    connection.execute(BEFORE.encode())
    for one in FILL:
        connection.execute(one.format(day=DAY, since=since, until=until).encode())
    connection.execute(AFTER.encode())
    connection.execute("VACUUM ANALYZE")


def change(connection: psycopg.Connection[Any], count: int) -> None:
    """Have `count` journeys changed a moment ago, as far as a sweep can tell."""
    connection.execute(
        b"INSERT INTO command (id, journey_id, name, actor, role, key, content_hash, payload,"
        b" received_at, outcome, version) SELECT gen_random_uuid(), one(i * 7), 'record-visit',"
        b" 'somebody-7', 'coordinator', gen_random_uuid()::text, link(i, 1), '{}', now(),"
        b" 'accepted', 41 FROM generate_series(1, %s) AS i",
        (count,),
    )
