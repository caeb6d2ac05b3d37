-- 12 durable
-- Source: MHRA GxP data integrity 2018, 6.12 (recorded at the time, as one); 21 CFR 11.10(c)
-- Proves: what was accepted is whole: its events are in the ledger up to the version it was answered
--   with, and its journey has come at least as far; what was rejected has left nothing.
WITH told AS (
    SELECT command_id, min(seq) AS first, max(seq) AS last FROM ledger GROUP BY command_id
)
SELECT c.journey_id, c.name || ' was accepted at version ' || coalesce(c.version::text, 'none') || ': '
    || CASE WHEN j.id IS NULL THEN 'its journey is missing'
        WHEN t.command_id IS NULL AND c.name <> 'fire-timer' THEN 'its events are missing'
        ELSE 'its events end elsewhere' END AS what
FROM command c
LEFT JOIN told t ON t.command_id = c.id
LEFT JOIN journey j ON j.id = c.journey_id
WHERE c.outcome = 'accepted' AND (
    CASE WHEN t.command_id IS NULL THEN c.name = 'fire-timer' ELSE t.last = c.version END
    AND c.version <= j.version
    AND coalesce(c.expected_version = coalesce(t.first, c.version + 1) - 1, TRUE)) IS NOT TRUE
UNION ALL
SELECT l.journey_id, 'event ' || l.seq || ', ' || l.name || ': of a command that was '
    || coalesce(c.outcome, 'never received')
FROM ledger l LEFT JOIN command c ON c.id = l.command_id
WHERE c.outcome IS DISTINCT FROM 'accepted'
UNION ALL
SELECT j.id, 'the journey is at version ' || j.version || ', its ledger at ' || coalesce(max(l.seq), 0)
FROM journey j LEFT JOIN ledger l ON l.journey_id = j.id
GROUP BY j.id, j.version HAVING j.version IS DISTINCT FROM max(l.seq)
