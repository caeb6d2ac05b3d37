-- Decisions on findings of the compliance checks.
SELECT f.check_id || ' ' || left(f.id::text, 8) AS subject, f.journey_id, NULL::int AS seq,
    'finding.decided' AS what, f.decided_by AS actor, f.decided_role AS role,
    f.closed_at AS occurred_at, f.closed_at AS recorded_at,
    jsonb_build_object('state', 'open', 'found', f.found) AS old,
    jsonb_build_object('state', 'closed', 'signature', f.signature_id) AS new,
    f.justification AS why, j.centre, j.product
FROM finding f LEFT JOIN journey j ON j.id = f.journey_id WHERE f.closed_how = 'decision'
