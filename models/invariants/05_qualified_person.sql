-- 05 qualified person
-- Source: EU GMP Annex 16 and Part IV 11; Dir. 2001/83/EC Art. 51
-- Proves: who certified or rejected a batch was appointed Qualified Person at that moment, here and
--   for this product, acted as one, and had neither made nor tested any of it; what is out of specification has an evaluation and a request by two others; nothing was added to the record of a certified batch; stock keeps its signer.
--   The hash of the record that a certificate signs is held by 18.
-- Beyond: the role of those who certified ordered and allocated units, whose accounts are their
--   makers' own.
WITH numbered AS (
    SELECT *, count(*) FILTER (WHERE name = 'batch.opened') OVER (
        PARTITION BY journey_id ORDER BY seq) AS attempt
    FROM ledger
    WHERE name IN ('batch.opened', 'batch.certified', 'batch.rejected', 'manufacture.started',
        'manufacture.completed', 'quality.results_recorded', 'quality.passed',
        'quality.out_of_specification', 'risk.evaluated', 'oos_product.requested')
), decided AS (
    SELECT * FROM numbered WHERE name IN ('batch.certified', 'batch.rejected')
), worked AS (
    SELECT * FROM numbered
    WHERE name IN ('manufacture.started', 'manufacture.completed', 'quality.results_recorded',
        'risk.evaluated', 'oos_product.requested')
)
SELECT d.journey_id, 'event ' || d.seq || ', ' || d.name || ': decided by a ' || d.role AS what
FROM decided d WHERE d.role <> 'qualified-person'
UNION ALL
-- Since there are rights; what a Qualified Person does is never lent.
SELECT d.journey_id, 'event ' || d.seq || ', ' || d.name || ': by nobody appointed for it then'
FROM decided d
JOIN journey j ON j.id = d.journey_id
JOIN account own ON own.username = 'atmpflow' AND own.created_at <= d.recorded_at
WHERE NOT EXISTS (
    SELECT FROM appointment p JOIN account a ON a.id = p.account_id
    WHERE a.username = d.actor AND a.kind = 'person' AND p.role = 'qualified-person'
        AND p.site IN ('*', j.centre) AND p.trial IN ('*', j.trial) AND p.product IN ('*', j.product)
        AND d.recorded_at >= p.valid_from AND d.recorded_at < least(p.valid_until, p.ended_at))
UNION ALL
SELECT d.journey_id, 'event ' || d.seq || ', ' || d.name || ': the same person did event ' || w.seq
    || ', ' || w.name
FROM decided d JOIN worked w ON w.journey_id = d.journey_id AND w.attempt = d.attempt
    AND w.actor = d.actor
UNION ALL
SELECT d.journey_id, 'event ' || l.seq || ', ' || l.name || ': changes a record certified at event ' || d.seq
FROM decided d JOIN ledger l ON l.journey_id = d.journey_id AND l.seq > d.seq
WHERE d.name = 'batch.certified' AND split_part(l.name, '.', 1) IN ('manufacture', 'quality', 'release')
    AND NOT EXISTS (
        SELECT FROM ledger o WHERE o.journey_id = d.journey_id AND o.name = 'batch.opened'
            AND o.seq > d.seq AND o.seq < l.seq)
UNION ALL
SELECT b.journey_id, 'a batch''s row names another signer than its certificate, or a hand in it'
FROM batch b
LEFT JOIN decided d ON d.journey_id = b.journey_id AND d.name = 'batch.certified'
    AND d.payload ->> 'batch' = b.batch
WHERE b.certified_by IS DISTINCT FROM d.actor OR b.certified_by IN (b.made_by, b.checked_by)
UNION ALL
SELECT d.journey_id, 'event ' || d.seq || ', batch.certified: ' || why.against
FROM decided d
LEFT JOIN batch b ON b.batch = d.payload ->> 'batch'
LEFT JOIN LATERAL (SELECT * FROM worked w WHERE w.journey_id = d.journey_id AND w.seq < d.seq
    AND w.attempt = d.attempt AND w.name = 'risk.evaluated' ORDER BY w.seq DESC LIMIT 1) e ON TRUE
LEFT JOIN LATERAL (SELECT * FROM worked w WHERE w.journey_id = d.journey_id AND w.seq < d.seq
    AND w.seq > e.seq AND w.name = 'oos_product.requested' ORDER BY w.seq DESC LIMIT 1) q ON TRUE
LEFT JOIN LATERAL (SELECT w.name FROM numbered w WHERE w.journey_id = d.journey_id AND w.seq < d.seq
    AND w.attempt = d.attempt AND w.name IN ('quality.passed', 'quality.out_of_specification')
    ORDER BY w.seq DESC LIMIT 1) judged ON TRUE
CROSS JOIN LATERAL (VALUES
    ('its results say otherwise of the specification', coalesce(
        (d.payload ->> 'out_of_specification')::boolean, FALSE)
        = (judged.name = 'quality.out_of_specification') AND b.in_specification = (judged.name = 'quality.passed')),
    ('out of specification without evaluation and request by others', judged.name = 'quality.passed'
        OR (e.actor <> q.actor AND d.actor NOT IN (e.actor, q.actor))),
    ('its row names another evaluation or request', judged.name = 'quality.passed'
        OR (b.evaluated_by, b.requested_by, b.evaluation, b.request) IS NOT DISTINCT FROM
            (e.actor, q.actor, e.payload ->> 'document', q.payload ->> 'document'))
) AS why (against, passes)
WHERE d.name = 'batch.certified' AND why.passes IS NOT TRUE
UNION ALL
SELECT l.journey_id, 'event ' || l.seq || ': certified by another than the stock says, or by nobody'
FROM ledger l
CROSS JOIN LATERAL jsonb_array_elements_text(l.payload -> 'units') AS named (unit)
LEFT JOIN stock_unit s ON s.unit = named.unit
WHERE l.name IN ('order.confirmed', 'unit.allocated')
    AND coalesce(nullif(l.payload ->> 'certified_by', ''), '?') IS DISTINCT FROM
        CASE l.name WHEN 'unit.allocated' THEN s.certified_by
        ELSE nullif(l.payload ->> 'certified_by', '') END
