-- worker-health: No worker of the work pool is online, or nobody looked
-- Regulation: EU GMP Annex 11, 13 and 16 (incidents, continuity)
-- Severity: major
-- Owner: administrator
-- Remedy: Run `atmpflow doctor`; restart the worker. Nothing is lost: work waits in the
--   database.
-- Cadence: hourly
-- Scope: system
SELECT 'worker' AS subject, CASE WHEN o.observed_at IS NULL THEN 'never looked at'
    WHEN o.observed_at < %(wall)s - %(observed_within)s THEN 'last looked at on '
        || to_char(o.observed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI')
    ELSE o.found END AS found
FROM (VALUES (1)) AS one (row)
LEFT JOIN LATERAL (
    SELECT * FROM observation WHERE kind = 'worker' ORDER BY observed_at DESC LIMIT 1) AS o ON TRUE
WHERE o.well IS NOT TRUE OR o.observed_at < %(wall)s - %(observed_within)s
