-- approval-panel: Manufacture was begun without the panel or trial office having approved the case
-- Regulation: SI 2004/1031 reg. 29 (trial authorisation and protocol); NHS England National
--   CAR-T Clinical Panel, Blueteq
-- Severity: major
-- Owner: coordinator
-- Remedy: Ask the panel for its decision and record it; stop what can be stopped.
-- Cadence: daily
-- Scope: journey
SELECT b.journey_id::text AS subject, b.journey_id, 'batch ' || min(b.batch) || ' was opened without an approval' AS found
FROM batch b
WHERE LOOKED(b.journey_id) AND NOT EXISTS (
    SELECT FROM ledger l WHERE l.journey_id = b.journey_id AND l.name = 'panel.approved')
GROUP BY b.journey_id
