-- readings-missing: A shipment was received and no reading of its logger has come
-- Regulation: EU GDP 2013/C 343/01, 9.4.1 (temperature records of the transport)
-- Severity: critical
-- Owner: atmp-pharmacist
-- Remedy: Keep the unit in quarantine; read the logger out, or ask the courier for the export.
-- Cadence: daily
-- Scope: journey
SELECT s.id::text AS subject, s.journey_id, 'received at '
    || to_char(s.received_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI') || ' and without a reading' AS found
FROM shipment s
WHERE s.verdict IS NULL AND s.received_at < %(now)s - %(readings_within)s AND LOOKED(s.journey_id)
    -- Asked shipment by shipment: those that nobody has judged are few, the files are many.
    AND (SELECT f.number FROM logger_file f WHERE f.shipment_id = s.id LIMIT 1) IS NULL
-- Falls due:
SELECT journey_id FROM shipment WHERE verdict IS NULL
    AND received_at >= %(since)s - %(readings_within)s AND received_at < %(now)s - %(readings_within)s
