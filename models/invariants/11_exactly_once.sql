-- 11 exactly once
-- Source: EU GMP Annex 11, 5 (data are entered once and correctly); MHRA GxP data integrity 2018
-- Proves: an idempotency key was accepted once; a command had one set of effects, in one piece, in
--   its own journey; what can happen only once in a journey is in its ledger once; a reaction was
--   answered by one command at most, and that command has marked it answered.
WITH told AS (
    SELECT command_id, count(*) AS events, min(name) AS name, max(name) AS other, min(seq) AS first,
        max(seq) AS last, min(journey_id::text)::uuid AS journey_id, max(journey_id::text)::uuid AS elsewhere
    FROM ledger GROUP BY command_id
)
SELECT min(journey_id::text)::uuid AS journey_id, 'a key was accepted ' || count(*) || ' times' AS what
FROM command WHERE outcome = 'accepted' GROUP BY key HAVING count(*) > 1
UNION ALL
SELECT t.journey_id, 'events ' || t.first || ' to ' || t.last || ': the effects of ' || c.name
    || ' are doubled, torn apart or in another journey'
FROM told t JOIN command c ON c.id = t.command_id
WHERE t.journey_id <> t.elsewhere OR t.journey_id IS DISTINCT FROM c.journey_id OR t.events > 2
    OR (t.events = 2 AND t.name = t.other) OR t.last - t.first + 1 <> t.events
UNION ALL
SELECT journey_id, name || ' is recorded ' || count(*) || ' times for the same thing'
FROM ledger
WHERE name IN ('referral.received', 'referral.accepted', 'courier.booked', 'batch.opened',
    'collection.completed', 'follow_up.recorded', 'follow_up.due', 'deadline.passed',
    'material.expired', 'product.expired', 'dose.administered', 'batch.certified',
    'follow_up.planned', 'monitoring.planned', 'treatment.completed', 'journey.completed', 'patient.died')
GROUP BY journey_id, name, coalesce(
    payload ->> 'shipment', payload ->> 'unit', payload ->> 'batch', payload ->> 'day',
    payload ->> 'dose', concat(payload ->> 'awaited', payload ->> 'due_at'))
HAVING count(*) > 1
UNION ALL
SELECT r.journey_id, 'a reaction of ' || r.stage || ' and its answer do not agree: '
    || coalesce(r.outcome, 'not answered')
FROM reaction r
LEFT JOIN command c ON c.key = 'reaction:' || r.id AND c.outcome = 'accepted'
WHERE coalesce(r.outcome, '') <> coalesce(c.name,
        CASE WHEN r.outcome IN ('told', 'moved on', 'ended') THEN r.outcome ELSE '' END)
    OR c.journey_id <> r.journey_id
UNION ALL
SELECT min(id::text)::uuid, 'one person has ' || count(*) || ' open journeys for one product'
FROM journey WHERE ended IS NULL GROUP BY person_id, product HAVING count(*) > 1
