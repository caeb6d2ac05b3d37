-- safety: Safety
-- Says: Toxicity, adverse events, damage, loss and death, as they were recorded.
-- Of: journeys
-- Empty: Nothing of the kind was recorded.
-- Column: 8 Event = #{seq}
-- Column: 14 Happened (UTC) = {occurred_at}
-- Column: 24 What = {event}
-- Column: 54 As recorded = {said}
SELECT j.coi, l.seq, l.occurred_at, l.name AS event, l.actor, l.role, (
        SELECT string_agg(one.key || ' ' || one.value, ', ' ORDER BY one.key)
        FROM jsonb_each_text(l.payload) AS one) AS said
FROM ledger l JOIN journey j ON j.id = l.journey_id
WHERE l.journey_id = ANY(%(journeys)s) AND l.name IN ('toxicity.graded', 'adverse_event.reported',
    'adverse_event.followed_up', 'safety_measure.taken', 'product.damaged', 'dose.lost',
    'patient.deteriorated', 'patient.died', 'material.expired', 'product.expired')
ORDER BY j.coi, l.seq
