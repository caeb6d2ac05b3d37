-- calibration-missing: A logger travels without a calibration in force
-- Regulation: EU GDP 2013/C 343/01, 3.3 and 9.4 (calibrated equipment); ISO 21973 (monitoring
--   devices)
-- Severity: major
-- Owner: courier
-- Remedy: Put its certificate on record with `atmpflow standing calibration`, or judge the leg
--   as if without readings.
-- Cadence: hourly
-- Scope: journey
SELECT s.id::text AS subject, s.journey_id, 'logger ' || s.logger || ' of the leg packed at '
    || to_char(s.packed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI') AS found
FROM shipment s JOIN journey j ON j.id = s.journey_id
WHERE s.logger IS NOT NULL AND s.packed_at IS NOT NULL AND s.received_at IS NULL
    AND j.ended IS NULL AND LOOKED(s.journey_id)
    AND NOT EXISTS (SELECT FROM calibration c WHERE c.device = s.logger
        AND c.calibrated_at <= s.packed_at AND c.due_at > %(now)s)
-- Falls due:
SELECT s.journey_id FROM shipment s JOIN calibration c ON c.device = s.logger
WHERE c.due_at >= %(since)s AND c.due_at < %(now)s AND s.received_at IS NULL
