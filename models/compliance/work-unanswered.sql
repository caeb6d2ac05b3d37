-- work-unanswered: A stage owes a response and nothing has answered for long
-- Regulation: EU GMP Annex 11, 13 (incidents are assessed)
-- Severity: major
-- Owner: administrator
-- Remedy: Run `atmpflow doctor`: it names the stage and the worker; the work waits and is not
--   lost.
-- Cadence: hourly
-- Scope: system
SELECT r.stage AS subject, 'unanswered since '
    || to_char(min(r.not_before) AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI') AS found
FROM reaction r
WHERE r.done_at IS NULL AND r.not_before < %(wall)s - %(answered_within)s
GROUP BY r.stage
