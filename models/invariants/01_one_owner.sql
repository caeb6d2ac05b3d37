-- 01 one owner
-- Source: EU GMP Part IV 11 (patient identifier on every label); Reg. (EC) 1394/2007 Art. 15
-- Proves: a unit begins once, in one journey, and every row and event that names it as its own
--   belongs to that journey; a journey keeps the person, product and COI of its referral.
WITH birth AS (
    SELECT l.journey_id, born.unit
    FROM ledger l
    CROSS JOIN LATERAL (
        SELECT l.payload ->> 'unit' AS unit WHERE l.name = 'collection.completed'
        UNION ALL
        SELECT jsonb_array_elements_text(l.payload -> 'units') WHERE l.name <> 'collection.completed'
    ) AS born
    WHERE l.name IN (
        'collection.completed', 'manufacture.completed', 'order.confirmed', 'unit.allocated')
), naming AS (
    SELECT journey_id, unit, 'a custody row' AS place FROM custody
    UNION ALL
    SELECT journey_id, unit, 'an administration row' FROM administration
    UNION ALL
    SELECT journey_id, parent, 'a unit''s parent' FROM unit WHERE parent IS NOT NULL
    UNION ALL
    SELECT journey_id, scanned_unit, 'an identity check' FROM identity_check WHERE matches
    UNION ALL
    -- Only a mismatch may name somebody else's unit.
    SELECT journey_id, payload ->> 'scanned_unit', 'event ' || seq || ', ' || name
    FROM ledger WHERE payload ? 'scanned_unit' AND name NOT IN ('identity.mismatched', 'label.mismatched')
    UNION ALL
    SELECT journey_id, unit, 'a label that replaced another' FROM unit_label
)
SELECT n.journey_id, n.place || CASE
        WHEN u.unit IS NULL THEN ' names a unit that is nobody''s'
        ELSE ' names a unit of another journey' END AS what
FROM naming n LEFT JOIN unit u ON u.unit = n.unit
WHERE u.journey_id IS DISTINCT FROM n.journey_id
UNION ALL
SELECT u.journey_id, 'a unit began ' || count(b.unit) || ' times, '
    || count(b.unit) FILTER (WHERE b.journey_id = u.journey_id) || ' of them in its own journey'
FROM unit u LEFT JOIN birth b ON b.unit = u.unit
GROUP BY u.unit, u.journey_id
HAVING count(b.unit) <> 1 OR bool_or(b.journey_id <> u.journey_id)
UNION ALL
SELECT b.journey_id, 'a unit of an event has no row'
FROM birth b LEFT JOIN unit u ON u.unit = b.unit WHERE u.unit IS NULL
UNION ALL
SELECT j.id, 'the journey''s row names another person, product, pathway, centre or COI than its referral'
FROM journey j JOIN ledger r ON r.journey_id = j.id AND r.seq = 1
WHERE (j.person_id::text, j.product, j.pathway, j.centre, j.coi) IS DISTINCT FROM (
    r.payload ->> 'person', r.payload ->> 'product', r.payload ->> 'pathway',
    r.payload ->> 'treating_centre', r.payload ->> 'coi')
UNION ALL
SELECT coalesce(s.journey_id, l.journey_id), 'a shipment is not of the journey that booked it'
FROM shipment s
FULL JOIN (SELECT * FROM ledger WHERE name = 'courier.booked') l
    ON l.payload ->> 'shipment' = s.id::text AND l.journey_id = s.journey_id
WHERE s.id IS NULL OR l.journey_id IS NULL
UNION ALL
SELECT coalesce(b.journey_id, l.journey_id), 'a batch is not of the journey that opened it'
FROM batch b
FULL JOIN (SELECT * FROM ledger WHERE name = 'batch.opened') l
    ON l.payload ->> 'batch' = b.batch AND l.journey_id = b.journey_id
WHERE b.batch IS NULL OR l.journey_id IS NULL
