-- 08 custody
-- Source: EU GMP Part IV 11; GDP 2013/C 343/01, 9; ISO 21973 (records of each hand-over)
-- Proves: from the moment a unit begins until it is given or used up, one holder at every instant;
--   each hand-over has a giver, who held it, another receiver, an event, and a scan of its
--   shipper's label; nobody holds it afterwards.
WITH held AS (
    SELECT c.*, row_number() OVER along AS turn,
        lag(ends_at) OVER along AS given_up_at, lag(holder) OVER along AS held_by,
        count(*) OVER (PARTITION BY unit) AS turns
    FROM custody c WINDOW along AS (PARTITION BY unit ORDER BY starts_at)
), moved AS (
    SELECT DISTINCT ON (journey_id, occurred_at) journey_id, occurred_at, name,
        payload ? 'scanned_shipper' AS asks_for_scan
    FROM ledger
    WHERE name IN ('shipment.collected', 'shipment.delivered', 'courier.changed')
), ended AS (
    SELECT journey_id, payload ->> 'scanned_unit' AS unit, max(occurred_at) AS at FROM ledger
    WHERE name IN ('dose.administered', 'manufacture.started', 'product.damaged')
        -- Where something was left of it, it was not used up then.
        AND NOT (name = 'manufacture.started' AND EXISTS (
            SELECT FROM ledger f WHERE f.journey_id = ledger.journey_id AND f.seq > ledger.seq
                AND (f.name = 'remake.ordered' OR f.payload ->> 'material_left' = 'true')))
    GROUP BY 1, 2
)
SELECT h.journey_id, 'turn ' || h.turn || ' of a unit''s custody: ' || why.against AS what
FROM held h
JOIN unit u ON u.unit = h.unit
LEFT JOIN moved m ON m.journey_id = h.journey_id AND m.occurred_at = h.starts_at
LEFT JOIN shipment s ON s.journey_id = h.journey_id AND h.turn > 1
    AND h.starts_at = CASE m.name WHEN 'shipment.collected' THEN s.collected_at
        WHEN 'shipment.delivered' THEN s.delivered_at END
CROSS JOIN LATERAL (VALUES
    ('nobody held it before', h.turn = 1 OR h.starts_at <= h.given_up_at),
    ('two held it at once', h.turn = 1 OR h.starts_at >= coalesce(h.given_up_at, 'infinity')),
    ('it ends before it begins', coalesce(h.ends_at >= h.starts_at, TRUE)),
    ('it begins at another time than the unit', h.turn > 1 OR h.starts_at = u.recorded_at),
    ('no holder is named', btrim(h.holder) <> ''),
    ('giver and receiver are one', h.turn = 1 OR h.holder <> h.held_by),
    ('its giver is not who held it before', h.giver IS NOT DISTINCT FROM h.held_by),
    ('the label of its shipper was not scanned', m.asks_for_scan IS NOT TRUE OR s.id IS NULL
        OR coalesce(s.sscc, s.shipper)
            = CASE m.name WHEN 'shipment.collected' THEN h.receiver_scan ELSE h.giver_scan END),
    ('no event tells of the hand-over', h.turn = 1 OR m.occurred_at IS NOT NULL)
) AS why (against, passes)
WHERE why.passes IS NOT TRUE
UNION ALL
SELECT u.journey_id, 'a unit that is ' || u.state || ' has ' || count(h.unit) || ' holder(s) now'
FROM unit u LEFT JOIN held h ON h.unit = u.unit AND h.ends_at IS NULL
GROUP BY u.unit, u.journey_id, u.state
HAVING count(h.unit) <> CASE WHEN u.state IN ('given', 'used', 'insufficient', 'destroyed', 'damaged', 'written-off') THEN 0 ELSE 1 END
UNION ALL
SELECT e.journey_id, 'a unit is held until another time than it was given or used up'
FROM ended e
LEFT JOIN held h ON h.unit = e.unit AND h.turn = h.turns
WHERE h.ends_at IS DISTINCT FROM e.at
