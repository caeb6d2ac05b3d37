-- 18 signatures
-- Source: 21 CFR 11.50, 11.70 and 11.200; EU GMP Annex 11, 14; domain rule: two people lift a hold
-- Proves: where two people must agree they are two: the checkers of each dose, those who replaced a
--   label, and those who lifted a hold, each after its newest reason and neither of them the engine.
--   Each signature is a person's, proved anew for its own challenge within 120 seconds, of the
--   record's hash as it stands, and counted once, for a command by the same person that followed at once; what must be signed is, since signatures are demanded.
WITH told AS (
    SELECT journey_id, seq, name, actor, role, command_id, payload,
        max(seq) FILTER (WHERE name IN ('hold.placed', 'identity.mismatched',
            'conditioning.blocked', 'administration.blocked',
            'label.mismatched', 'identity.implicated', 'patient.deteriorated', 'recall.reached')) OVER before AS held
    FROM ledger
    WHERE starts_with(name, 'hold.') OR name IN (
        'identity.mismatched', 'conditioning.blocked', 'administration.blocked',
            'label.mismatched', 'identity.implicated', 'patient.deteriorated', 'recall.reached')
    WINDOW before AS (
        PARTITION BY journey_id ORDER BY seq ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
)
SELECT l.journey_id, 'event ' || l.seq || ', hold.lifted: agreed by ' || count(DISTINCT a.actor)
    || ' people, not two' AS what
FROM told l
LEFT JOIN told a ON a.journey_id = l.journey_id AND a.name = 'hold.lift_agreed'
    AND a.seq > l.held AND a.seq < l.seq AND a.actor = a.payload ->> 'person' AND a.role <> 'system'
WHERE l.name = 'hold.lifted'
GROUP BY l.journey_id, l.seq HAVING count(DISTINCT a.actor) < 2
UNION ALL
SELECT journey_id, 'dose ' || dose || ': one person stands for both checkers'
FROM administration WHERE first_checker = second_checker OR '' IN (first_checker, second_checker)
UNION ALL
SELECT r.journey_id, 'event ' || r.seq || ', unit.relabelled: not proposed by one and agreed by another'
FROM ledger r
LEFT JOIN ledger p ON p.journey_id = r.journey_id AND p.seq < r.seq AND p.name = 'label.proposed'
    AND p.actor = r.payload ->> 'first' AND p.payload ->> 'label' = r.payload ->> 'label'
    AND p.payload ->> 'unit' = r.payload ->> 'unit'
WHERE r.name = 'unit.relabelled' AND (p.id IS NULL OR r.actor IS DISTINCT FROM r.payload ->> 'second'
    OR p.actor = r.actor)
UNION ALL
SELECT coalesce(l.journey_id, u.journey_id), 'the ledger and the table of labels differ'
FROM (SELECT * FROM ledger WHERE name = 'unit.relabelled') l
FULL JOIN unit_label u ON u.unit = l.payload ->> 'unit' AND u.version::text = l.payload ->> 'version'
WHERE (l.payload ->> 'label', l.payload ->> 'first', l.payload ->> 'second')
    IS DISTINCT FROM (u.label, u.first_person, u.second_person)
UNION ALL
SELECT u.journey_id, 'event ' || u.version + 1 || ': its signature ' || why.against
FROM signature_use u
JOIN signature s ON s.id = u.signature_id
JOIN challenge n ON n.id = s.challenge_id
LEFT JOIN account a ON a.username = s.account
LEFT JOIN command c ON c.id = u.command_id
LEFT JOIN ledger t ON t.journey_id = u.journey_id AND t.seq = u.version
LEFT JOIN ledger d ON d.journey_id = u.journey_id AND d.seq = u.version + 1
LEFT JOIN signature_void v ON v.signature_id = s.id
CROSS JOIN LATERAL (VALUES
    ('is of another record than stands in the ledger', t.hash = s.hash AND d.previous = s.hash),
    ('did not count for the command that followed', d.command_id = u.command_id AND c.outcome = 'accepted'),
    ('is not its command''s author''s', s.meaning = 'reviewed' AND s.account <> c.actor
        OR s.account = c.actor AND s.role = c.role),
    ('is not a person''s', a.kind = 'person' AND s.role <> 'system' AND btrim(s.printed_name) <> ''),
    ('was not proved anew for what was shown', s.signed_at - n.made_at BETWEEN interval '0' AND interval '120 seconds'
        AND s.auth_time >= n.made_at - interval '5 seconds' AND s.methods <> ''),
    ('differs from what was shown', (n.account, n.role, n.meaning, n.record_kind, n.record_id, n.version, n.hash)
        = (s.account, s.role, s.meaning, s.record_kind, s.record_id, s.version, s.hash)),
    ('differs from its use', (u.account, u.meaning, u.record_id, u.version, u.hash)
        = (s.account, s.meaning, s.record_id, s.version, s.hash) AND s.record_id = u.journey_id::text)
) AS why (against, passes)
WHERE why.passes IS NOT TRUE AND v.signature_id IS NULL
UNION ALL
SELECT l.journey_id, 'event ' || l.seq || ', ' || l.name || ': ' || why.against
FROM ledger l
JOIN signature_policy p ON l.recorded_at >= p.since
CROSS JOIN LATERAL (VALUES
    ('not signed by its author', EXISTS (SELECT FROM signature_use u WHERE u.command_id = l.command_id
        AND u.account = l.actor AND u.meaning = CASE l.name WHEN 'batch.certified' THEN 'certified'
            WHEN 'product.accepted' THEN 'released' WHEN 'risk.evaluated' THEN 'authored'
            WHEN 'oos_product.requested' THEN 'responsible' ELSE 'approved' END)),
    ('certified without a review of its audit trail', l.name <> 'batch.certified' OR EXISTS (
        SELECT FROM trail_review r WHERE r.journey_id = l.journey_id AND r.account = l.actor
            AND r.hash = l.previous)),
    ('accepted without a second signature', l.name <> 'deviation.accepted' OR EXISTS (
        SELECT FROM signature_use u WHERE u.command_id = l.command_id AND u.account <> l.actor
            AND u.meaning = 'reviewed'))
) AS why (against, passes)
WHERE l.name IN ('batch.certified', 'product.accepted', 'risk.evaluated', 'oos_product.requested',
    'hold.lift_agreed', 'deviation.accepted') AND why.passes IS NOT TRUE
