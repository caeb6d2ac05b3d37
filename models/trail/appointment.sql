-- Appointments, delegations and access tokens: given, and taken back.
WITH given AS (
    SELECT a.username, 'appointment' AS what, p.granted_by AS by,
        CASE p.granted_by WHEN 'atmpflow' THEN 'system' ELSE 'administrator' END AS by_role,
        p.reason, p.kept_at, p.ended_at, p.ended_by, p.end_reason, p.valid_until,
        jsonb_build_object('role', p.role, 'site', p.site, 'trial', p.trial, 'product', p.product,
            'valid_from', p.valid_from, 'valid_until', p.valid_until) AS new
    FROM appointment p JOIN account a ON a.id = p.account_id
    UNION ALL
    SELECT a.username, 'delegation', d.signed_by, d.role, d.reason, d.kept_at, d.ended_at,
        d.ended_by, d.end_reason, d.valid_until,
        jsonb_build_object('role', d.role, 'site', d.site, 'trial', d.trial, 'from', g.username,
            'valid_from', d.valid_from, 'valid_until', d.valid_until)
    FROM delegation d JOIN account a ON a.id = d.to_id JOIN account g ON g.id = d.from_id
    UNION ALL
    SELECT a.username, 'token', t.issued_by, 'administrator', t.reason, t.kept_at, t.ended_at,
        t.ended_by, t.end_reason, t.valid_until,
        jsonb_build_object('valid_from', t.valid_from, 'valid_until', t.valid_until)
    FROM access_token t JOIN account a ON a.id = t.account_id
)
SELECT username AS subject, NULL::uuid AS journey_id, NULL::int AS seq, what || '.given' AS what,
    by AS actor, by_role AS role, kept_at AS occurred_at, kept_at AS recorded_at,
    NULL::jsonb AS old, new, reason AS why, NULL::text AS centre, NULL::text AS product
FROM given
UNION ALL
SELECT username, NULL, NULL, what || '.ended', ended_by, 'administrator', ended_at, ended_at,
    new, jsonb_build_object('valid_until', ended_at), end_reason, NULL, NULL
FROM given WHERE ended_at IS NOT NULL
