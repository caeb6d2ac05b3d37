-- deadline-unfired: A deadline has passed and nothing has noticed
-- Regulation: EU GMP Annex 11, 13; 21 CFR 11.10(f)
-- Severity: critical
-- Owner: administrator
-- Remedy: See that the heartbeat runs (`atmpflow doctor`): it fires every deadline that was
--   missed.
-- Cadence: hourly
-- Scope: system
SELECT 'heartbeat' AS subject, 'the oldest deadline was at '
    || to_char(min(t.due_at) AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI') AS found
FROM timer t
WHERE t.fired_at IS NULL AND t.cancelled_at IS NULL AND t.due_at < %(now)s - %(fired_within)s
HAVING count(*) > 0
