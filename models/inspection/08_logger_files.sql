-- logger_files: Loggers' own files
-- Says: Each is in the archive byte for byte, under its SHA-256. What was refused is there, too, and
--   counts for no leg.
-- Of: journeys
-- Empty: No logger's file is on record.
-- Column: 14 Logger = {logger}
-- Column: 9 Leg = {leg}
-- Column: 17 File = {format}, {bytes} bytes, clock {zone}
-- Column: 13 Received (UTC) = {received_at}
-- Column: 18 Readings = {readings}[: {lowest_c} to {highest_c} °C]
-- Column: 8 Judged by = {judged_by}
-- Column: 33 SHA-256 = {sha256}
SELECT j.coi, f.logger, s.leg, s.id AS shipment, f.format, f.unit, f.zone, f.interval_s, f.sensor,
    f.received_at, octet_length(f.content) AS bytes, r.readings, r.lowest_c, r.highest_c,
    CASE WHEN s.log_sha256 = encode(f.sha256, 'hex') THEN 'yes' ELSE 'no' END AS judged_by,
    encode(f.sha256, 'hex') AS sha256
FROM logger_file f JOIN shipment s ON s.id = f.shipment_id JOIN journey j ON j.id = s.journey_id
CROSS JOIN LATERAL (
    SELECT count(*) AS readings, min(celsius) AS lowest_c, max(celsius) AS highest_c
    FROM reading WHERE file = f.number
) AS r
WHERE s.journey_id = ANY(%(journeys)s) ORDER BY j.coi, s.packed_at NULLS LAST, f.number
