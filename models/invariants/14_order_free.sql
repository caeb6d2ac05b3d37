-- 14 order free
-- Source: MHRA GxP data integrity 2018 (accurate, whatever the order of arrival)
-- Proves: what lets cells go on towards a patient stands in the ledger in the order in which it
--   happened, and nothing of it happened before the stage it belongs to had begun: what arrived too
--   early was refused; no step towards the patient happened during a hold and was told after it was
--   lifted; and what was told late of a patient who had died, or taken back consent,
--   before the last dose was not passed over: somebody owes or has given an answer to it.
-- Beyond: that every other order comes to the same end or to a stop; it is a property of many runs
--   of one story. The tests permute recorded journeys (tests/machine/test_order_free.py).
WITH entered AS (
    SELECT *, lag(stage) OVER along IS DISTINCT FROM stage AS enters
    FROM ledger WINDOW along AS (PARTITION BY journey_id ORDER BY seq)
), told AS (
    SELECT journey_id, seq, name, stage, occurred_at,
        max(occurred_at) FILTER (WHERE enters) OVER before AS begun,
        name IN ('shipment.packed', 'shipment.collected', 'shipment.delivered', 'shipment.received',
            'temperature.logged', 'shipment.accepted', 'deviation.accepted', 'batch.opened',
            'manufacture.started', 'manufacture.completed', 'quality.passed', 'release.prepared',
            'batch.certified', 'product.accepted', 'conditioning.started', 'conditioning.completed',
            'dose.prescribed', 'identity.confirmed_before_preparation', 'product.thawed', 'dose.prepared',
            'identity.confirmed_before_administration', 'dose.administered', 'treatment.completed')
            AS releases
    FROM entered
    WINDOW before AS (PARTITION BY journey_id ORDER BY seq ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
), release AS (
    SELECT *, max(occurred_at) OVER (PARTITION BY journey_id ORDER BY seq
        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS latest
    FROM told WHERE releases
)
SELECT journey_id, 'event ' || seq || ', ' || name || ': happened before the step that stands before it' AS what
FROM release WHERE occurred_at < latest
UNION ALL
SELECT journey_id, 'event ' || seq || ', ' || name || ': happened before its stage had begun'
FROM release WHERE occurred_at < begun
UNION ALL
SELECT r.journey_id, 'event ' || r.seq || ', ' || r.name || ': happened during the hold of event ' || h.seq
FROM ledger h
JOIN LATERAL (SELECT l.seq, l.occurred_at FROM ledger l WHERE l.journey_id = h.journey_id
    AND l.name = 'hold.lifted' AND l.seq > h.seq ORDER BY l.seq LIMIT 1) AS lifted ON TRUE
JOIN ledger r ON r.journey_id = h.journey_id AND r.seq > lifted.seq
    AND r.occurred_at >= h.occurred_at AND r.occurred_at < lifted.occurred_at
WHERE h.name IN ('hold.placed', 'identity.mismatched', 'label.mismatched', 'identity.implicated',
        'patient.deteriorated', 'recall.reached', 'conditioning.blocked', 'administration.blocked')
    AND r.name IN ('manufacture.started', 'batch.certified', 'product.accepted', 'conditioning.started',
        'dose.prescribed', 'identity.checked', 'product.thawed', 'dose.prepared', 'dose.administered')
UNION ALL
SELECT s.journey_id, 'event ' || s.seq || ', ' || s.name || ': told after a dose that it should have stopped, and nobody owes an answer'
FROM ledger s
WHERE s.name IN ('patient.died', 'consent.withdrawn')
    AND EXISTS (SELECT FROM ledger d WHERE d.journey_id = s.journey_id AND d.seq < s.seq
        AND d.name = 'dose.administered' AND d.occurred_at > s.occurred_at
        AND (s.name = 'patient.died' OR s.payload -> 'scopes' ? 'treatment'))
    AND NOT EXISTS (SELECT FROM duty o WHERE o.journey_id = s.journey_id AND o.seq = s.seq)
