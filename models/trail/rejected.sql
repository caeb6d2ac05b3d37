-- Commands that were refused: they changed nothing, and what stood against them is the reason.
SELECT coalesce(j.coi, 'no journey') AS subject, c.journey_id, NULL::int AS seq, c.name AS what,
    c.actor, c.role, coalesce((c.payload ->> 'occurred_at')::timestamptz, c.received_at)
    AS occurred_at, c.received_at AS recorded_at, NULL::jsonb AS old, NULL::jsonb AS new,
    'REFUSED, ' || c.code || ': ' || c.message AS why, j.centre, j.product
FROM command c LEFT JOIN journey j ON j.id = c.journey_id WHERE c.outcome = 'rejected'
