-- training-expiring: A training runs out soon, or has run out, and nothing newer is on record
-- Regulation: 21 CFR 11.10(i); EU GMP Part IV 3.3 (continuing training)
-- Severity: minor
-- Owner: administrator
-- Remedy: Book the next training and record the certificate (`atmpflow account train`).
-- Cadence: weekly
-- Scope: account
SELECT c.username || '/' || t.product AS subject, 'the newest training ends on '
    || to_char(max(t.expires_at) AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS found
FROM training t JOIN account c ON c.id = t.account_id
WHERE c.state = 'active' AND t.ended_at IS NULL
GROUP BY c.username, t.product
HAVING max(t.expires_at) <= %(wall)s + %(training_expires_soon)s
