-- slot-missed: A booked collection has passed and nothing was collected
-- Regulation: NHS England service specification (booked capacity); EU GMP Part IV 7
-- Severity: major
-- Owner: coordinator
-- Remedy: Book new slots with `atmpflow replan`, beginning with what has the shortest clock.
-- Cadence: hourly
-- Scope: journey
SELECT s.journey_id::text AS subject, s.journey_id, 'the slot ended at '
    || to_char(max(s.ends_at) AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI') AS found
FROM slot s JOIN journey j ON j.id = s.journey_id
WHERE s.kind = 'collection' AND s.released_at IS NULL AND j.ended IS NULL AND j.stage = 'collection'
    AND LOOKED(s.journey_id)
    AND NOT EXISTS (SELECT FROM unit u WHERE u.journey_id = s.journey_id AND u.recorded_at >= s.starts_at)
GROUP BY s.journey_id
HAVING max(s.ends_at) < %(now)s - %(slot_grace)s
-- Falls due:
SELECT journey_id FROM slot WHERE released_at IS NULL
    AND ends_at >= %(since)s - %(slot_grace)s AND ends_at < %(now)s - %(slot_grace)s
