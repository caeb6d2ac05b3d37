-- hold-overdue: A journey is on hold beyond the time to decide
-- Regulation: EU GMP Annex 16, 3; EU GMP Part I 1.4(xiv) (deviations are investigated in time)
-- Severity: major
-- Owner: compliance-officer
-- Remedy: Decide: lift the hold with two signatures, or end what cannot go on.
-- Cadence: hourly
-- Scope: journey
SELECT j.id::text AS subject, j.id AS journey_id, 'held by ' || j.held_by || '; the decision was due at '
    || to_char(j.waits_until AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI') AS found
FROM journey j
WHERE j.ended IS NULL AND j.held_by IS NOT NULL AND j.waits_until < %(now)s AND LOOKED(j.id)
-- Falls due:
SELECT id FROM journey WHERE ended IS NULL AND waits_until >= %(since)s AND waits_until < %(now)s
