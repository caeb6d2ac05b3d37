-- Recalls: opened and closed.
SELECT concat_ws(' ', r.kind, r.lot, r.reference) AS subject, NULL::uuid AS journey_id,
    NULL::int AS seq, t.what, t.by AS actor, t.role, t.occurred_at, t.recorded_at, t.old, t.new,
    t.why, NULL::text AS centre, NULL::text AS product
FROM recall r LEFT JOIN recall_closing c ON c.recall_id = r.id
CROSS JOIN LATERAL (VALUES
    ('recall.opened', r.recorded_by, r.role, r.recalled_at, r.recorded_at, NULL::jsonb,
        jsonb_build_object('state', 'open', 'class', r.recall_class), r.reference),
    ('recall.closed', c.closed_by, c.role, c.closed_at, c.closed_at,
        jsonb_build_object('state', 'open'), jsonb_build_object('state', 'closed'), c.reference)
) AS t (what, by, role, occurred_at, recorded_at, old, new, why)
WHERE t.recorded_at IS NOT NULL
