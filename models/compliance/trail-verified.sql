-- trail-verified: The record was not verified for long, or did not verify
-- Regulation: 21 CFR 11.10(a); EU GMP Annex 11, 7.1 and 11
-- Severity: critical
-- Owner: administrator
-- Remedy: Run `atmpflow verify` and act on what it names.
-- Cadence: daily
-- Scope: system
SELECT 'trail' AS subject, CASE WHEN o.observed_at IS NULL THEN 'never looked at'
    WHEN o.observed_at < %(wall)s - %(verified_within)s THEN 'last looked at on '
        || to_char(o.observed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI')
    ELSE o.found END AS found
FROM (VALUES (1)) AS one (row)
LEFT JOIN LATERAL (
    SELECT * FROM observation WHERE kind = 'trail' ORDER BY observed_at DESC LIMIT 1) AS o ON TRUE
WHERE o.well IS NOT TRUE OR o.observed_at < %(wall)s - %(verified_within)s
