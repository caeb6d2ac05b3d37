-- four-eyes-bedside: The two checks at the bedside were one person's
-- Regulation: JACIE/FACT (two-person verification); EU GMP Part IV 11
-- Severity: critical
-- Owner: compliance-officer
-- Remedy: Open an incident with the ward; find out who the second checker was.
-- Cadence: daily
-- Scope: unit
SELECT a.unit AS subject, a.journey_id, 'dose ' || a.dose || ': both checks by one person' AS found
FROM administration a
WHERE a.first_checker = a.second_checker AND LOOKED(a.journey_id)
