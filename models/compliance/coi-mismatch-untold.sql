-- coi-mismatch-untold: A label was read in another journey, whose team was never told
-- Regulation: EU GMP Part IV 11 (identification of autologous products); JACIE/FACT (chain of
--   identity)
-- Severity: critical
-- Owner: compliance-officer
-- Remedy: Hold both journeys and tell both teams; find out which of the two labels is on which
--   bag.
-- Cadence: hourly
-- Scope: journey
SELECT m.journey_id::text || '/' || m.seq AS subject, m.journey_id,
    'the label read at event ' || m.seq || ' belongs to another journey, which was not told' AS found
FROM ledger m
WHERE m.name IN ('label.mismatched', 'identity.mismatched') AND LOOKED(m.journey_id)
    AND EXISTS (
        SELECT FROM (
            SELECT id AS journey_id FROM journey
            WHERE coi IN (m.payload ->> 'scanned_coi', m.payload ->> 'scanned_patient')
            UNION SELECT journey_id FROM unit WHERE unit = m.payload ->> 'scanned_unit') AS other
        WHERE other.journey_id <> m.journey_id AND NOT EXISTS (
            SELECT FROM ledger told
            WHERE told.journey_id = other.journey_id AND told.name = 'identity.implicated'
                AND told.payload ->> 'scanned_in' = m.journey_id::text
                AND (told.payload ->> 'seq')::int = m.seq))
