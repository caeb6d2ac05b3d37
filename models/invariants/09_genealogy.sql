-- 09 genealogy
-- Source: Reg. (EC) 1394/2007 Art. 15 (traceability in both directions); EU GMP Part IV 11
-- Proves: each unit made leads back to one collection of the same journey, used before it was made,
--   and to its batch; each allocated unit leads to the stock it came from; no material has a parent.
-- Not yet: the quantity of a parent against the sum of its children (units record no quantity).
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
