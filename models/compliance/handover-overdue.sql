-- handover-overdue: A hand-over has not happened by its time
-- Regulation: EU GDP 2013/C 343/01, 9.2 (delays in transport); ISO 21973 (contingency of
--   transport)
-- Severity: critical
-- Owner: courier
-- Remedy: Call who has the unit; hold the remaining time of the shipper against the new
--   arrival, and send a second courier in time.
-- Cadence: hourly
-- Scope: journey
SELECT j.id::text AS subject, j.id AS journey_id, j.waits_for || ' was due at '
    || to_char(j.waits_until AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI') AS found
FROM journey j
WHERE j.ended IS NULL AND j.waits_until < %(now)s AND LOOKED(j.id)
    AND j.waits_for IN ('pack-shipment', 'collect-shipment', 'deliver-shipment', 'receive-shipment')
-- Falls due:
SELECT id FROM journey WHERE ended IS NULL AND waits_until >= %(since)s AND waits_until < %(now)s
