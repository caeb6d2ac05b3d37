-- wait-overdue: A journey waits for somebody well beyond the time
-- Regulation: NHS England service specification (pathway times); EU GMP Part IV 5
-- Severity: minor
-- Owner: coordinator
-- Remedy: Ask whoever owns the step; record it, or move the slots.
-- Cadence: daily
-- Scope: journey
SELECT j.id::text AS subject, j.id AS journey_id, j.waits_for || ' by ' || j.waits_owner || ' was due at '
    || to_char(j.waits_until AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI') AS found
FROM journey j
WHERE j.ended IS NULL AND j.held_by IS NULL AND j.stage <> 'follow_up'
    AND j.waits_until < %(now)s - %(wait_grace)s AND LOOKED(j.id)
-- Falls due:
SELECT id FROM journey WHERE ended IS NULL
    AND waits_until >= %(since)s - %(wait_grace)s AND waits_until < %(now)s - %(wait_grace)s
