-- 19 outbox
-- Source: EU GMP Annex 11, 5 (correct and secure exchange of data)
-- Proves: every event has one outbox row from its own transaction and every outbox row an event;
--   none was passed over while an event recorded later than the patience allows was delivered.
-- Beyond: how often Prefect heard of each, which keeps no inbox; what a wake-up asks for is a
--   reaction, and 11 holds that each is answered once.
WITH latest AS (
    SELECT max(recorded_at) AS at FROM outbox WHERE delivered_at IS NOT NULL
)
SELECT l.journey_id, 'event ' || coalesce(l.seq::text, 'unknown') || ': ' || CASE
        WHEN o.event_id IS NULL THEN 'nobody will be told of it'
        WHEN l.id IS NULL THEN 'it is to be told, but did not happen'
        WHEN o.recorded_at <> l.recorded_at THEN 'told of in another transaction'
        ELSE 'passed over' END AS what
FROM ledger l
FULL JOIN outbox o ON o.event_id = l.id
CROSS JOIN latest
WHERE o.event_id IS NULL OR l.id IS NULL OR o.recorded_at <> l.recorded_at
    OR (o.delivered_at IS NULL
        AND o.recorded_at < latest.at - current_setting('atmpflow.patience')::interval)
UNION ALL
SELECT l.journey_id, 'event ' || l.seq || ': is to be told ' || count(*) || ' times'
FROM outbox o JOIN ledger l ON l.id = o.event_id
GROUP BY l.journey_id, l.seq, o.event_id HAVING count(*) > 1
