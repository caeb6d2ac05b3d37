-- duty-overdue: Somebody who must be told, or must act, is beyond the time for it
-- Regulation: the source that each duty names: `atmpflow journey` shows it; EU GMP Annex 16, 3;
--   HTA SAEARs guidance
-- Severity: major
-- Owner: compliance-officer
-- Remedy: Do what the duty says, then `atmpflow record fulfil-duty`.
-- Cadence: hourly
-- Scope: journey
SELECT d.journey_id::text || '/' || d.name AS subject, d.journey_id, d.title || ' (' || d.owner || '): due at '
    || to_char(d.due_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI') AS found
FROM duty d
WHERE d.fulfilled_at IS NULL AND d.name !~ '^susar-' AND d.due_at < %(now)s AND LOOKED(d.journey_id)
-- Falls due:
SELECT journey_id FROM duty
WHERE fulfilled_at IS NULL AND due_at >= %(since)s AND due_at < %(now)s
