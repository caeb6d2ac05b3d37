-- 09 genealogy
-- Source: Reg. (EC) 1394/2007 Art. 15 (traceability in both directions); EU GMP Part IV 11
-- Proves: each unit made leads back to one collection of the same journey, used before it was made,
--   and to its batch; each allocated unit leads to the stock it came from; no material has a parent;
--   each lot leads to its batch, and whoever holds something recalled was told, before it was closed.
-- Beyond: the quantity of a parent against the sum of its children: cells grow in culture, and
--   nothing is divided but what is kept back of the material for another batch.
WITH used AS (
    SELECT journey_id, payload ->> 'scanned_unit' AS unit, min(seq) AS at FROM ledger
    WHERE name = 'manufacture.started' GROUP BY 1, 2
), made AS (
    SELECT journey_id, seq, jsonb_array_elements_text(payload -> 'units') AS unit FROM ledger
    WHERE name = 'manufacture.completed'
), allocated AS (
    SELECT l.journey_id, l.payload ->> 'batch' AS batch, j.product,
        jsonb_array_elements_text(l.payload -> 'units') AS unit
    FROM ledger l JOIN journey j ON j.id = l.journey_id WHERE l.name = 'unit.allocated'
)
SELECT u.journey_id, 'a unit that was made: ' || why.against AS what
FROM unit u
JOIN made m ON m.unit = u.unit
LEFT JOIN unit p ON p.unit = u.parent
LEFT JOIN used s ON s.unit = u.parent
LEFT JOIN batch b ON b.batch = u.batch
CROSS JOIN LATERAL (VALUES
    ('it is no product', u.kind = 'product'),
    ('it comes from no material', p.kind = 'material'),
    ('its material is another journey''s', p.journey_id = u.journey_id),
    ('its material was not used before', s.journey_id = u.journey_id AND s.at < m.seq),
    ('its batch is not this journey''s', b.journey_id = u.journey_id)
) AS why (against, passes)
WHERE why.passes IS NOT TRUE
UNION ALL
SELECT u.journey_id, 'a unit that was not made has a parent, or no batch where it is a product'
FROM unit u LEFT JOIN made m ON m.unit = u.unit
WHERE m.unit IS NULL AND (u.parent IS NOT NULL OR (u.kind = 'product' AND u.batch IS NULL))
UNION ALL
SELECT a.journey_id, 'an allocated unit is not in the stock, or is of another product or batch there'
FROM allocated a LEFT JOIN stock_unit s ON s.unit = a.unit
WHERE (s.product = a.product AND s.batch = a.batch) IS NOT TRUE
UNION ALL
SELECT coalesce(l.journey_id, m.journey_id), 'the ledger and the table of lots differ'
FROM (SELECT l.journey_id, l.seq, used ->> 'kind' AS kind, used ->> 'lot' AS lot FROM ledger l
    CROSS JOIN LATERAL jsonb_array_elements(l.payload -> 'lots') AS used
    WHERE l.name IN ('manufacture.started', 'manufacture.completed')) l
FULL JOIN material_lot m USING (journey_id, seq, kind, lot)
WHERE l.lot IS NULL OR m.lot IS NULL OR NOT EXISTS (
    SELECT FROM batch b WHERE b.batch = m.batch AND b.journey_id = m.journey_id)
UNION ALL
-- Told within the patience, by the lot, batch, unit or donation that its own rows name.
SELECT DISTINCT t.journey_id, 'holds what is recalled by ' || r.reference || ' and was not told'
FROM recall r
JOIN (
    SELECT kind, lot, journey_id, recorded_at FROM material_lot
    UNION ALL SELECT 'batch', batch, journey_id, recorded_at FROM unit
    UNION ALL SELECT 'unit', unit, journey_id, recorded_at FROM unit
    UNION ALL SELECT 'donation', unit, journey_id, recorded_at FROM unit WHERE kind = 'material'
    UNION ALL SELECT 'donation', s.donation, u.journey_id, u.recorded_at
        FROM stock_unit s JOIN unit u ON u.unit = s.unit
    UNION ALL SELECT 'shipper', shipper, journey_id, packed_at FROM shipment
) AS t (kind, lot, journey_id, touched_at) ON t.kind = r.kind AND t.lot = r.lot
JOIN journey j ON j.id = t.journey_id
LEFT JOIN ledger n ON n.journey_id = t.journey_id AND n.name = 'recall.reached'
    AND n.payload ->> 'recall' = r.id::text
WHERE n.id IS NULL AND greatest(r.recorded_at, j.changed_at)
    < current_setting('atmpflow.wall')::timestamptz - current_setting('atmpflow.patience')::interval
UNION ALL
SELECT n.journey_id, 'told of a recall that is not on record, or not as its event says'
FROM recall_notice n
LEFT JOIN recall r ON r.id = n.recall_id
LEFT JOIN ledger l ON l.journey_id = n.journey_id AND l.seq = n.seq AND l.name = 'recall.reached'
    AND l.payload ->> 'recall' = n.recall_id::text
WHERE (l.payload ->> 'lot', l.payload ->> 'kind', l.payload ->> 'recall_class')
    IS DISTINCT FROM (r.lot, r.kind, r.recall_class::text)
UNION ALL
SELECT n.journey_id, 'a recall was closed before everybody had replied'
FROM recall_closing c
JOIN recall_notice n ON n.recall_id = c.recall_id
JOIN duty d ON d.journey_id = n.journey_id AND d.seq = n.seq AND d.name ~ '^recall-reply'
WHERE d.fulfilled_at IS NULL AND n.told_at < c.closed_at
