-- logger-unregistered: A logger travels that is not on the register
-- Regulation: EU GDP 2013/C 343/01, 3.3 and 9.4 (qualified equipment); ISO 21973 (monitoring
--   devices)
-- Severity: major
-- Owner: courier
-- Remedy: Register it with `atmpflow logger add`, or have another put in: its leg is held otherwise.
-- Cadence: hourly
-- Scope: journey
SELECT s.id::text AS subject, s.journey_id, 'logger ' || s.logger || ' of the leg packed at '
    || to_char(s.packed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI') AS found
FROM shipment s JOIN journey j ON j.id = s.journey_id
WHERE s.logger IS NOT NULL AND s.packed_at IS NOT NULL AND s.received_at IS NULL
    AND j.ended IS NULL AND LOOKED(s.journey_id)
    AND 'in-use' IS DISTINCT FROM (SELECT l.standing FROM logger l
        WHERE l.serial = s.logger AND l.valid_from <= s.packed_at
        ORDER BY l.valid_from DESC, l.number DESC LIMIT 1)
