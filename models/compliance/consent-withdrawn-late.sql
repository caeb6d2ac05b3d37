-- consent-withdrawn-late: Something was thawed, prepared or given after the time at which consent to treatment was withdrawn, of which the record was told later
-- Regulation: Human Tissue Act 2004 and HTA Code A (withdrawal at any time); SI 2004/1031 Sch.
--   1 Part 3; MHRA GxP Data Integrity (2018), 6.1
-- Severity: critical
-- Owner: treating-physician
-- Remedy: Talk to the patient; find out why it was told late, and whether it must be reported; decide on this finding with what came of it.
-- Cadence: hourly
-- Scope: journey
SELECT u.journey_id::text || '/' || u.seq AS subject, u.journey_id,
    u.name || ' at ' || to_char(b.begun AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI')
    || ', withdrawn at ' || to_char(min(w.occurred_at) AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI') AS found
FROM ledger w
JOIN ledger u ON u.journey_id = w.journey_id AND u.seq < w.seq
    AND u.name IN ('product.thawed', 'dose.prepared', 'dose.administered')
CROSS JOIN LATERAL (
    SELECT coalesce(u.payload ->> 'started_at', u.payload ->> 'began_at')::timestamptz AS begun
) AS b
WHERE w.name = 'consent.withdrawn' AND w.payload -> 'scopes' ? 'treatment'
    AND w.occurred_at <= b.begun AND LOOKED(w.journey_id)
GROUP BY u.journey_id, u.seq, u.name, b.begun
