-- Every event of every journey. What it changed from what is added from the replay (changed.py).
SELECT j.coi AS subject, l.journey_id, l.seq, l.name AS what, l.actor, l.role, l.occurred_at,
    l.recorded_at, NULL::jsonb AS old, l.payload AS new, concat_ws(', ', l.payload ->> 'reason',
    l.payload ->> 'justification', l.payload ->> 'document', (
        SELECT string_agg(coalesce(one ->> 'code', one #>> '{}'), ', ') FROM jsonb_array_elements(
            coalesce(l.payload -> 'objections', '[]') || coalesce(l.payload -> 'missing', '[]')
        ) AS one)) AS why,
    j.centre, j.product
FROM ledger l JOIN journey j ON j.id = l.journey_id
