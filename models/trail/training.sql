-- Training: put on record, and taken back.
SELECT a.username AS subject, NULL::uuid AS journey_id, NULL::int AS seq, t.what, t.by AS actor,
    CASE t.by WHEN 'atmpflow' THEN 'system' ELSE 'administrator' END AS role,
    t.at AS occurred_at, t.at AS recorded_at, t.old, t.new, t.why,
    NULL::text AS centre, g.product
FROM training g JOIN account a ON a.id = g.account_id
CROSS JOIN LATERAL (SELECT jsonb_build_object('product', g.product, 'kind', g.kind,
    'completed_at', g.completed_at, 'expires_at', g.expires_at, 'certificate', g.certificate)
) AS said (new)
CROSS JOIN LATERAL (VALUES
    ('training.recorded', g.recorded_by, g.kept_at, NULL::jsonb, said.new, g.certificate),
    ('training.ended', g.ended_by, g.ended_at, said.new,
        jsonb_build_object('expires_at', g.ended_at), g.end_reason)
) AS t (what, by, at, old, new, why)
WHERE t.at IS NOT NULL
