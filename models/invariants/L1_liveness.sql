-- L1 liveness
-- Source: no journey can be stuck: an owner and a deadline for every wait
-- Proves: every open journey waits for a command of its stage with its owner, a beginning and a
--   deadline; where the engine owes it, a reaction is open; none was left unanswered for longer
--   than the patience given; an ended journey waits for nothing; nobody waits for what has expired.
WITH owed (stage, command, owner) AS (VALUES
    ('referral', 'accept-referral', 'system'),
    ('eligibility', 'record-screening', 'coordinator'), ('eligibility', 'assess-eligibility', 'system'),
    ('eligibility', 'confirm-eligibility', 'treating-physician'),
    ('approval', 'submit-to-panel', 'system'), ('approval', 'record-panel-decision', 'panel'),
    ('consent', 'record-consent', 'treating-physician'), ('consent', 'verify-consent', 'system'),
    ('scheduling', 'book-slots', 'system'), ('scheduling', 'confirm-slot', 'manufacturer'),
    ('ordering', 'place-order', 'system'), ('ordering', 'confirm-order', 'manufacturer'),
    ('matching', 'allocate-unit', 'system'), ('matching', 'confirm-allocation', 'treating-physician'),
    ('collection', 'record-collection', 'apheresis-nurse'),
    ('collection', 'record-cell-count', 'cell-laboratory'), ('collection', 'assess-collection', 'system'),
    ('dispatch', 'book-courier', 'system'), ('dispatch', 'pack-shipment', 'cell-laboratory'),
    ('dispatch', 'collect-shipment', 'courier'), ('dispatch', 'deliver-shipment', 'courier'),
    ('dispatch', 'receive-shipment', 'manufacturer'),
    ('dispatch', 'record-temperature-log', 'manufacturer'), ('dispatch', 'assess-shipment', 'system'),
    ('dispatch', 'decide-deviation', 'qualified-person'),
    ('manufacture', 'open-batch', 'system'), ('manufacture', 'start-manufacture', 'manufacturer'),
    ('manufacture', 'complete-manufacture', 'manufacturer'),
    ('manufacture', 'order-remake', 'treating-physician'), ('quality', 'order-remake', 'treating-physician'),
    ('release', 'order-remake', 'treating-physician'), ('administration', 'order-remake', 'treating-physician'),
    ('administration', 'order-replacement', 'treating-physician'),
    ('quality', 'record-quality-results', 'quality-control'), ('quality', 'assess-quality', 'system'),
    ('quality', 'reject-batch', 'qualified-person'),
    ('release', 'prepare-release', 'system'), ('release', 'certify-batch', 'qualified-person'),
    ('delivery', 'book-courier', 'system'), ('delivery', 'pack-shipment', 'manufacturer'),
    ('delivery', 'collect-shipment', 'courier'), ('delivery', 'deliver-shipment', 'courier'),
    ('delivery', 'receive-shipment', 'atmp-pharmacist'),
    ('delivery', 'record-temperature-log', 'atmp-pharmacist'), ('delivery', 'assess-shipment', 'system'),
    ('delivery', 'decide-deviation', 'qualified-person'), ('delivery', 'accept-product', 'atmp-pharmacist'),
    ('conditioning', 'clear-for-conditioning', 'system'),
    ('conditioning', 'start-conditioning', 'treating-physician'),
    ('conditioning', 'complete-conditioning', 'treating-physician'),
    ('administration', 'clear-for-administration', 'system'),
    ('administration', 'prescribe-dose', 'treating-physician'),
    ('administration', 'check-identity', 'bedside-checker'),
    ('administration', 'thaw-product', 'cell-laboratory'), ('administration', 'prepare-dose', 'atmp-pharmacist'),
    ('administration', 'administer-dose', 'treating-physician'),
    ('monitoring', 'plan-monitoring', 'system'), ('monitoring', 'complete-monitoring', 'treating-physician'),
    ('follow_up', 'plan-follow-up', 'system'), ('follow_up', 'record-follow-up', 'treating-physician'),
    ('collection', 'record-screening', 'coordinator'), ('ordering', 'record-screening', 'coordinator')
), supplying (stage) AS (VALUES ('ordering'), ('matching'), ('collection'), ('dispatch'), ('manufacture'),
    ('quality'), ('release'), ('delivery'), ('conditioning'), ('administration')
), anew (command, owner) AS (VALUES ('order-recollection', 'coordinator'), ('order-replacement', 'coordinator'),
    ('give-up-supply', 'treating-physician')
), may (stage, command, owner) AS (
    SELECT stage, command, owner FROM owed
    UNION SELECT stage, command, owner FROM supplying CROSS JOIN anew
), lost AS (
    -- Cells or a product past their expiry, with none there since: that step is nobody's any more.
    SELECT DISTINCT e.journey_id FROM ledger e
    WHERE e.name IN ('material.expired', 'product.expired') AND NOT EXISTS (
        SELECT FROM ledger l WHERE l.journey_id = e.journey_id AND l.seq > e.seq AND l.name IN (
            'collection.completed', 'collection.short', 'manufacture.completed', 'order.confirmed',
            'unit.allocated', 'recollection.ordered', 'remake.ordered', 'replacement.ordered',
            'treatment.stopped'))
)
SELECT j.id AS journey_id, 'in ' || j.stage || ': ' || why.against AS what
FROM journey j
LEFT JOIN may o ON o.stage = j.stage AND o.command = j.waits_for AND o.owner = j.waits_owner
CROSS JOIN LATERAL (VALUES
    ('waits for nothing that this stage owes', CASE WHEN j.held_by IS NULL THEN o.command IS NOT NULL
        ELSE j.waits_for = 'lift-hold' AND j.waits_owner = 'compliance-officer' END),
    ('what there was has expired and it waits for another step', j.held_by IS NOT NULL
        OR j.waits_for IN (SELECT command FROM anew UNION VALUES ('order-remake'))
        OR j.id NOT IN (SELECT journey_id FROM lost)),
    ('the wait has no beginning or no deadline', j.waits_until IS NOT NULL AND j.waits_since IS NOT NULL),
    ('the engine owes the next step and nobody was told', j.waits_owner <> 'system' OR EXISTS (
        SELECT FROM reaction r
        WHERE r.journey_id = j.id AND r.stage = j.stage AND r.done_at IS NULL))
) AS why (against, passes)
WHERE j.ended IS NULL AND why.passes IS NOT TRUE
UNION ALL
SELECT id, 'has ended and waits for ' || waits_for FROM journey
WHERE ended IS NOT NULL AND waits_for IS NOT NULL
UNION ALL
SELECT r.journey_id, 'a reaction of ' || r.stage || ' is not answered'
FROM reaction r
WHERE r.done_at IS NULL AND greatest(r.created_at, r.not_before, r.lease_until)
    < current_setting('atmpflow.wall')::timestamptz - current_setting('atmpflow.patience')::interval
UNION ALL
SELECT r.journey_id, 'a reaction answers event ' || r.seq || ', which is not what it says'
FROM reaction r LEFT JOIN ledger l ON l.journey_id = r.journey_id AND l.seq = r.seq
WHERE l.name IS DISTINCT FROM r.cause OR l.stage IS DISTINCT FROM r.stage
