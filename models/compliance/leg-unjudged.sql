-- leg-unjudged: A shipment was received and its temperatures were not judged
-- Regulation: EU GDP 2013/C 343/01, 9.4 (temperature control); EU GMP Part IV 12
-- Severity: major
-- Owner: atmp-pharmacist
-- Remedy: Record the logger export with `atmpflow log`; the verdict follows by itself.
-- Cadence: hourly
-- Scope: journey
SELECT s.id::text AS subject, s.journey_id, 'received at '
    || to_char(s.received_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI') || ' and without a verdict' AS found
FROM shipment s JOIN journey j ON j.id = s.journey_id
WHERE s.verdict IS NULL AND s.received_at < %(now)s - %(leg_judged_within)s AND j.ended IS NULL
    AND LOOKED(s.journey_id)
-- Falls due:
SELECT journey_id FROM shipment WHERE verdict IS NULL
    AND received_at >= %(since)s - %(leg_judged_within)s AND received_at < %(now)s - %(leg_judged_within)s
