-- anchor-age: The newest anchor is too old, or a place does not hold it
-- Regulation: 21 CFR 11.10(e); EU GMP Annex 11, 9; MHRA GXP data integrity 2018, 6.13
-- Severity: critical
-- Owner: administrator
-- Remedy: Run `atmpflow anchor`; see to the place that does not answer.
-- Cadence: hourly
-- Scope: system
SELECT 'anchor' AS subject, CASE WHEN o.observed_at IS NULL THEN 'never looked at'
    WHEN o.observed_at < %(wall)s - %(observed_within)s THEN 'last looked at on '
        || to_char(o.observed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI')
    ELSE o.found END AS found
FROM (VALUES (1)) AS one (row)
LEFT JOIN LATERAL (
    SELECT * FROM observation WHERE kind = 'anchor' ORDER BY observed_at DESC LIMIT 1) AS o ON TRUE
WHERE o.well IS NOT TRUE OR o.observed_at < %(wall)s - %(observed_within)s
