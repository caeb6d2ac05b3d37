-- custody-unscanned: A unit changed hands and one of the two ends scanned nothing
-- Regulation: JACIE/FACT (chain of custody at each hand-over); EU GDP 2013/C 343/01, 9
-- Severity: major
-- Owner: compliance-officer
-- Remedy: Ask both ends for their own record of the hand-over and attach it to a deviation.
-- Cadence: daily
-- Scope: unit
SELECT c.unit AS subject, c.journey_id, 'the hand-over of '
    || to_char(max(c.starts_at) AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI') || ' lacks a scan' AS found
FROM custody c
WHERE c.giver IS NOT NULL AND c.ends_at IS NOT NULL AND LOOKED(c.journey_id)
    AND (c.giver_scan IS NULL OR c.receiver_scan IS NULL)
GROUP BY c.unit, c.journey_id
