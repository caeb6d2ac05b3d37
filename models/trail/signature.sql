-- Signatures, and those that stand for nothing any more.
SELECT coalesce(j.coi, s.record_kind || ' ' || s.record_id) AS subject, j.id AS journey_id,
    NULL::int AS seq, t.what, CASE WHEN t.what = 'signature.void' THEN 'atmpflow' ELSE s.account END
    AS actor, CASE WHEN t.what = 'signature.void' THEN 'system' ELSE s.role END AS role,
    t.at AS occurred_at, t.at AS recorded_at,
    CASE WHEN t.what = 'signature.void' THEN jsonb_build_object('stands', true) END AS old,
    jsonb_build_object('stands', t.what = 'signature.made', 'printed_name', s.printed_name,
        'meaning', s.meaning, 'version', s.version, 'hash', encode(s.hash, 'hex'),
        'methods', s.methods) AS new,
    t.why, j.centre, j.product
FROM signature s
LEFT JOIN journey j ON s.record_kind = 'journey' AND j.id::text = s.record_id
LEFT JOIN signature_void v ON v.signature_id = s.id
CROSS JOIN LATERAL (VALUES
    ('signature.made', s.signed_at, s.meaning), ('signature.void', v.found_at, v.reason)
) AS t (what, at, why)
WHERE t.at IS NOT NULL
