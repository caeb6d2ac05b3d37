-- audit-chain: A journey's chain of events has a gap, or does not end at its head
-- Regulation: 21 CFR 11.10(c) and (e); EU GMP Annex 11, 9; MHRA GXP data integrity 2018, 6.13
-- Severity: critical
-- Owner: administrator
-- Remedy: Run `atmpflow verify`, and restore the newest backup that verifies before anything
--   else.
-- Cadence: daily
-- Scope: journey
WITH seen AS (
    SELECT l.journey_id, count(*) AS events, max(l.seq) AS last_seq,
        bit_xor(FINGERPRINT(l.hash) # FINGERPRINT(l.previous)) AS links
    FROM ledger l WHERE LOOKED(l.journey_id) GROUP BY l.journey_id
)
SELECT j.id::text AS subject, j.id AS journey_id, CASE
    WHEN (s.events, s.last_seq) IS DISTINCT FROM (j.version, j.version)
        THEN coalesce(s.events, 0) || ' events of ' || j.version
    ELSE 'a link is broken, or the last event is not the head' END AS found
FROM journey j LEFT JOIN seen s ON s.journey_id = j.id
WHERE LOOKED(j.id)
    -- Every link is twice in the sum, but the first, which is zero, and the head.
    AND (s.events, s.last_seq, s.links)
        IS DISTINCT FROM (j.version, j.version, FINGERPRINT(j.head))
