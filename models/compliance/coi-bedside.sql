-- coi-bedside: A dose was given without two people having checked the identity twice
-- Regulation: EU GMP Part IV 11; JACIE/FACT (two-person verification at the bedside)
-- Severity: critical
-- Owner: compliance-officer
-- Remedy: Open an incident with the ward; confirm from the paper record who checked the
--   wristband and the label.
-- Cadence: daily
-- Scope: unit
SELECT a.unit AS subject, a.journey_id,
    'dose ' || a.dose || ' has ' || count(DISTINCT c.checker) || ' matching checks before it was given'
        AS found
FROM administration a
LEFT JOIN identity_check c ON c.journey_id = a.journey_id AND c.dose = a.dose AND c.matches
    AND c.phase = 'administration' AND c.scanned_unit = a.unit AND c.checked_at <= a.started_at
WHERE LOOKED(a.journey_id)
GROUP BY a.unit, a.journey_id, a.dose
HAVING count(DISTINCT c.checker) < 2
