-- consent-missing: Cells were collected without consent to collection, treatment and data on record
-- Regulation: Human Tissue Act 2004 s. 1 and HTA Code A; SI 2004/1031 Sch. 1; UK GDPR Art. 9
-- Severity: critical
-- Owner: treating-physician
-- Remedy: Find the signed form; where there is none, hold the journey and ask the patient.
-- Cadence: daily
-- Scope: journey
SELECT u.journey_id::text AS subject, u.journey_id,
    'of collection, treatment and data, ' || count(DISTINCT c.scope) || ' were agreed to' AS found
FROM unit u
LEFT JOIN consent c ON c.journey_id = u.journey_id
    AND c.scope IN ('collection', 'treatment', 'data') AND c.given_at <= u.recorded_at
WHERE u.kind = 'material' AND LOOKED(u.journey_id)
GROUP BY u.journey_id
HAVING count(DISTINCT c.scope) < 3
