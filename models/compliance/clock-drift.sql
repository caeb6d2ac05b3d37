-- clock-drift: The clocks of the application and the database disagree, or nobody looked
-- Regulation: EU GMP Annex 11, 12.4; MHRA GXP data integrity 2018, 5.1 (contemporaneous); 21
--   CFR 11.10(e)
-- Severity: major
-- Owner: administrator
-- Remedy: Have both machines keep time by the same NTP servers; assess what was recorded
--   meanwhile.
-- Cadence: hourly
-- Scope: system
SELECT 'clock' AS subject, CASE WHEN o.observed_at IS NULL THEN 'never looked at'
    WHEN o.observed_at < %(wall)s - %(observed_within)s THEN 'last looked at on '
        || to_char(o.observed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI')
    ELSE o.found END AS found
FROM (VALUES (1)) AS one (row)
LEFT JOIN LATERAL (
    SELECT * FROM observation WHERE kind = 'clock' ORDER BY observed_at DESC LIMIT 1) AS o ON TRUE
WHERE o.well IS NOT TRUE OR o.observed_at < %(wall)s - %(observed_within)s
