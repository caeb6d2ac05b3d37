-- 17 intact trail
-- Source: EU GMP Annex 11, 9; 21 CFR 11.10(c); MHRA GxP data integrity 2018, 6.13 (original kept)
-- Proves: no event is missing and each follows the hash of the one before, up to the head that the
--   journey's row holds; every hash, event id and command digest is recomputed (chain.py); time of
--   recording never runs back by more than five minutes, unless a fault of the clock was seen then; kept files are still byte for byte theirs;
--   every anchor kept outside stands, follows the one before and is the same in every place, and
--   what each holds is still so: heads, commands, files, readings and identities (anchors.py).
WITH linked AS (
    SELECT journey_id, seq, previous, hash, recorded_at,
        lag(seq, 1, 0) OVER along AS seq_before,
        lag(hash, 1, decode(repeat('00', 32), 'hex')) OVER along AS hash_before,
        lag(recorded_at) OVER along AS recorded_before,
        lead(seq) OVER along AS seq_after
    FROM ledger WINDOW along AS (PARTITION BY journey_id ORDER BY seq)
)
SELECT journey_id, 'event ' || seq || ': ' || why.against AS what
FROM linked
CROSS JOIN LATERAL (SELECT concat_ws('; ',
    CASE WHEN seq = seq_before + 1 THEN NULL ELSE 'the one before is missing' END,
    CASE WHEN previous = hash_before THEN NULL
        ELSE 'follows another hash than that of the one before' END,
    CASE WHEN recorded_at >= coalesce(recorded_before, recorded_at) - interval '5 minutes' OR EXISTS (
            SELECT FROM observation o WHERE o.kind = 'clock' AND NOT o.well AND o.observed_at
                BETWEEN linked.recorded_at - interval '1 day' AND linked.recorded_before + interval '1 day')
        THEN NULL ELSE 'recorded earlier than the one before' END
)) AS why (against)
WHERE why.against <> ''
UNION ALL
SELECT j.id, 'the journey''s head is not the hash of its last event'
FROM journey j LEFT JOIN linked l ON l.journey_id = j.id AND l.seq_after IS NULL
WHERE j.head IS DISTINCT FROM l.hash
UNION ALL
SELECT NULL, 'a received file is not what it was' FROM identity.received
WHERE sha256(content) <> sealed_sha256
UNION ALL
SELECT s.journey_id, 'a logger''s file is not what it was'
FROM logger_file f LEFT JOIN shipment s ON s.id = f.shipment_id WHERE sha256(f.content) <> f.sha256
