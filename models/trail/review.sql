-- Reviews of an audit trail.
SELECT j.coi AS subject, r.journey_id, NULL::int AS seq, 'trail.reviewed' AS what,
    r.account AS actor, r.role, r.reviewed_at AS occurred_at, r.reviewed_at AS recorded_at,
    NULL::jsonb AS old,
    jsonb_build_object('version', r.version, 'hash', encode(r.hash, 'hex')) AS new,
    '' AS why, j.centre, j.product
FROM trail_review r JOIN journey j ON j.id = r.journey_id
