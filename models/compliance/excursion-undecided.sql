-- excursion-undecided: A unit that was out of its band waits for a decision beyond its time
-- Regulation: EU GDP 2013/C 343/01, 9.2 and 5.8; EU GMP Annex 16, 3 (handling of unexpected
--   deviations)
-- Severity: critical
-- Owner: atmp-pharmacist
-- Remedy: Have the manufacturer assess the excursion; decide with
--   `atmpflow record decide-deviation`.
-- Cadence: hourly
-- Scope: unit
SELECT d.unit || '/' || d.seq AS subject, d.journey_id, 'the decision was due at '
    || to_char(d.due_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI') AS found
FROM deviation d
WHERE d.decision IS NULL AND d.due_at < %(now)s AND LOOKED(d.journey_id)
-- Falls due:
SELECT journey_id FROM deviation
WHERE decision IS NULL AND due_at >= %(since)s AND due_at < %(now)s
