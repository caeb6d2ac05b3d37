-- 18 signatures
-- Source: 21 CFR 11.50, 11.70 and 11.200; EU GMP Annex 11, 14; domain rule: two people lift a hold
-- Proves: where two people must agree they are two: the checkers of each dose, those who replaced a
--   label, and those who lifted a hold, each after its newest reason and neither of them the engine.
-- Not yet: nonce, re-authentication, meaning and record hash of each signature (none is recorded).
WITH told AS (
    SELECT journey_id, seq, name, actor, role, command_id, payload,
        max(seq) FILTER (WHERE name IN ('hold.placed', 'identity.mismatched',
            'conditioning.blocked', 'administration.blocked',
            'label.mismatched', 'identity.implicated', 'patient.deteriorated', 'recall.reached')) OVER before AS held
    FROM ledger
    WHERE name ~ '^hold[.]' OR name IN (
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
