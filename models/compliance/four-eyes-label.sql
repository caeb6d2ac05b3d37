-- four-eyes-label: A label was replaced by one person alone
-- Regulation: EU GMP Part IV 11 (labelling); JACIE/FACT (relabelling by two people)
-- Severity: critical
-- Owner: compliance-officer
-- Remedy: Set the unit apart; have two people verify label and identity anew.
-- Cadence: daily
-- Scope: unit
SELECT l.unit || '/' || l.version AS subject, l.journey_id, 'label ' || l.version || ' by one person' AS found
FROM unit_label l
WHERE l.first_person = l.second_person AND LOOKED(l.journey_id)
