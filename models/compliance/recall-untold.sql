-- recall-untold: A recall touches a journey that was not told
-- Regulation: EU GMP Part I 8.26 to 8.31; EU GDP 2013/C 343/01, 6.5 (recalls reach every
--   consignee)
-- Severity: critical
-- Owner: compliance-officer
-- Remedy: See that the heartbeat runs: it tells every journey; then tell the centre by
--   telephone.
-- Cadence: hourly
-- Scope: system
SELECT r.id::text || '/' || t.journey_id AS subject, r.kind || ' ' || r.lot || ' is in a journey that was not told' AS found
FROM recall r JOIN recall_touched t ON t.recall_id = r.id
WHERE r.recorded_at < %(wall)s - %(recall_told_within)s
    AND NOT EXISTS (SELECT FROM recall_closing c WHERE c.recall_id = r.id)
    AND NOT EXISTS (SELECT FROM recall_notice n WHERE n.recall_id = r.id AND n.journey_id = t.journey_id)
