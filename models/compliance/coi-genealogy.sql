-- coi-genealogy: A product made from cells names no starting material of its own journey
-- Regulation: Reg. (EC) 1394/2007 Art. 15 (traceability both ways); EU GMP Part IV 6
-- Severity: critical
-- Owner: manufacturer
-- Remedy: Find the starting material in the batch record; have the event that named it
--   corrected.
-- Cadence: daily
-- Scope: unit
SELECT u.unit AS subject, u.journey_id, 'the product names no material of its journey' AS found
FROM unit u
JOIN journey j ON j.id = u.journey_id
LEFT JOIN unit p ON p.unit = u.parent AND p.journey_id = u.journey_id AND p.kind = 'material'
WHERE u.kind = 'product' AND u.batch IS NOT NULL AND p.unit IS NULL AND LOOKED(u.journey_id)
    AND j.pathway IN ('autologous', 'tissue')
