-- training-missing: Somebody is appointed for a product and has no valid training for it
-- Regulation: 21 CFR 11.10(i); EU GMP Part IV 3.2 and 3.3; EU GDP 2013/C 343/01, 2.4
-- Severity: major
-- Owner: administrator
-- Remedy: Train them and record the certificate (`atmpflow account train`), or end the
--   appointment.
-- Cadence: daily
-- Scope: account
SELECT c.username || '/' || a.product AS subject, 'appointed as ' || min(a.role) || ', without valid training' AS found
FROM appointment a JOIN account c ON c.id = a.account_id
WHERE c.state = 'active' AND c.kind = 'person' AND a.role = ANY(%(trained_roles)s) AND a.product <> '*'
    AND a.valid_from <= %(wall)s AND a.valid_until > %(wall)s AND a.ended_at IS NULL
    AND NOT EXISTS (SELECT FROM training t WHERE t.account_id = a.account_id AND t.product = a.product
        AND t.ended_at IS NULL AND t.completed_at <= %(wall)s AND t.expires_at > %(wall)s)
GROUP BY c.username, a.product
