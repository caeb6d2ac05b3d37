-- 02 right patient
-- Source: EU GMP Part IV 11; JACIE/FACT (two-person verification at the bedside)
-- Proves: before a unit is prepared and again before it is given, two different people each
--   scanned its label and the wristband, both after any mismatch, damage and new label; every scan was
--   this journey's; failed scans stay, and the journey whose label was read was stopped too.
WITH told AS (
    SELECT journey_id, seq, name, actor, occurred_at, payload,
        1 + count(*) FILTER (WHERE name = 'dose.administered') OVER before AS dose,
        coalesce(max(seq) FILTER (WHERE name IN ('identity.mismatched', 'unit.relabelled', 'product.damaged'))
            OVER before, 0) AS mismatched
    FROM ledger
    WHERE name IN ('identity.checked', 'identity.mismatched', 'product.thawed', 'dose.prepared', 'dose.administered',
        'unit.relabelled', 'product.damaged')
    WINDOW before AS (
        PARTITION BY journey_id ORDER BY seq ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
), coi AS (
    SELECT journey_id, payload ->> 'coi' AS coi FROM ledger WHERE name = 'referral.received'
), used AS (
    SELECT journey_id, seq, name, dose, payload, phase,
        -- A mismatch at the bedside does not undo the checks before the thaw.
        CASE WHEN name = 'dose.administered' AND phase = 'preparation' THEN 0
            ELSE mismatched END AS mismatched,
        coalesce(payload ->> 'started_at', payload ->> 'began_at')::timestamptz AS begun
    FROM told, (VALUES ('preparation'), ('administration')) AS phases (phase)
    WHERE name = 'dose.administered'
        OR (name IN ('product.thawed', 'dose.prepared') AND phase = 'preparation')
), confirmed AS (
    SELECT u.journey_id, u.seq, u.name, u.dose, u.phase, u.payload,
        array_agg(DISTINCT c.actor::text) FILTER (WHERE c.actor IS NOT NULL) AS people
    FROM used u
    JOIN coi USING (journey_id)
    LEFT JOIN told c ON c.journey_id = u.journey_id AND c.seq < u.seq
        AND c.seq > u.mismatched AND c.name = 'identity.checked' AND c.dose = u.dose AND c.occurred_at <= u.begun
        AND c.payload @> jsonb_build_object(
            'phase', u.phase, 'dose', u.dose, 'checker', c.actor,
            'scanned_unit', u.payload ->> 'scanned_unit',
            'scanned_coi', coi.coi, 'scanned_patient', coi.coi)
    GROUP BY u.journey_id, u.seq, u.name, u.dose, u.phase, u.payload
)
SELECT journey_id, 'event ' || seq || ', ' || name || ' of dose ' || dose || ': '
    || coalesce(cardinality(people), 0) || ' matching check(s) before ' || phase || ', not two' AS what
FROM confirmed WHERE coalesce(cardinality(people), 0) < 2
UNION ALL
SELECT journey_id, 'event ' || seq || ': the two named checkers are not those who checked'
FROM confirmed
WHERE name = 'dose.administered' AND phase = 'administration' AND NOT (
    payload ->> 'first_checker' <> payload ->> 'second_checker'
    AND ARRAY[payload ->> 'first_checker', payload ->> 'second_checker'] <@ people)
UNION ALL
SELECT l.journey_id, 'event ' || l.seq || ', ' || l.name || ': a scan is not this journey''s'
FROM ledger l JOIN coi USING (journey_id)
WHERE l.name NOT IN ('identity.mismatched', 'label.mismatched') AND l.payload ?| ARRAY['scanned_coi', 'scanned_patient']
    AND (coalesce(l.payload ->> 'scanned_coi', coi) <> coi
        OR coalesce(l.payload ->> 'scanned_patient', coi) <> coi)
UNION ALL
SELECT coalesce(l.journey_id, c.journey_id), 'check ' || coalesce(l.seq, c.seq)
    || ': the ledger and the table of identity checks differ'
FROM (SELECT * FROM ledger WHERE name IN ('identity.checked', 'identity.mismatched')) l
FULL JOIN identity_check c ON c.journey_id = l.journey_id AND c.seq = l.seq
WHERE (l.name = 'identity.checked', l.actor, l.payload ->> 'dose', l.payload ->> 'phase',
        l.payload ->> 'scanned_unit')
    IS DISTINCT FROM (c.matches, c.checker, c.dose::text, c.phase, c.scanned_unit)
UNION ALL
SELECT coalesce(l.journey_id, a.journey_id), 'dose ' || coalesce(l.payload ->> 'dose', a.dose::text)
    || ': the ledger and the table of administrations differ'
FROM (SELECT * FROM ledger WHERE name = 'dose.administered') l
FULL JOIN administration a ON a.journey_id = l.journey_id AND a.dose::text = l.payload ->> 'dose'
WHERE (l.payload ->> 'scanned_unit', l.payload ->> 'first_checker', l.payload ->> 'second_checker')
    IS DISTINCT FROM (a.unit, a.first_checker, a.second_checker)
UNION ALL
SELECT DISTINCT o.journey_id, 'its label was read at event ' || m.seq || ' of another journey and it was not stopped'
FROM ledger m
CROSS JOIN LATERAL (
    SELECT id AS journey_id FROM journey
    WHERE coi IN (m.payload ->> 'scanned_coi', m.payload ->> 'scanned_patient')
    UNION SELECT journey_id FROM unit WHERE unit = m.payload ->> 'scanned_unit'
) AS o
LEFT JOIN ledger t ON t.journey_id = o.journey_id AND t.name = 'identity.implicated'
    AND t.payload ->> 'scanned_in' = m.journey_id::text AND (t.payload ->> 'seq')::int = m.seq
WHERE m.name IN ('identity.mismatched', 'label.mismatched') AND o.journey_id <> m.journey_id
    AND t.id IS NULL AND m.recorded_at
        < current_setting('atmpflow.wall')::timestamptz - current_setting('atmpflow.patience')::interval
UNION ALL
SELECT t.journey_id, 'event ' || t.seq || ': stopped for a scan that did not happen'
FROM ledger t LEFT JOIN ledger m ON m.journey_id::text = t.payload ->> 'scanned_in'
    AND m.seq = (t.payload ->> 'seq')::int AND m.name IN ('identity.mismatched', 'label.mismatched')
WHERE t.name = 'identity.implicated' AND m.id IS NULL
