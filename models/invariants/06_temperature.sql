-- 06 temperature
-- Source: GDP 2013/C 343/01, 9.4; the bands and stability budgets of the product files
-- Proves: what each judged leg found follows from its readings, judged again here against the band
--   of its product; a leg was accepted within its budget only, and all legs of one unit together;
--   nothing was made from or given after a leg that was neither accepted nor decided on, nor any
--   unit whose own deviation is not accepted.
-- Each reading stands for the time until the next, the last until receipt; all in UTC.
WITH told AS (
    SELECT journey_id, seq, name, occurred_at, payload,
        count(*) FILTER (WHERE name = 'courier.booked') OVER (
            PARTITION BY journey_id ORDER BY seq) AS number
    FROM ledger
    WHERE name IN ('courier.booked', 'shipment.packed', 'shipment.received', 'shipment.accepted',
        'shipment.quarantined', 'deviation.accepted', 'manufacture.started', 'product.accepted',
        'dose.administered')
), leg AS (
    SELECT journey_id, number,
        max(payload ->> 'shipment') FILTER (WHERE name = 'courier.booked')::uuid AS shipment_id,
        max(payload ->> 'leg') FILTER (WHERE name = 'courier.booked') AS direction,
        max(payload ->> 'scanned_unit') FILTER (WHERE name = 'shipment.packed') AS unit,
        max(occurred_at) FILTER (WHERE name = 'shipment.packed') AS packed_at,
        max(occurred_at) FILTER (WHERE name = 'shipment.received') AS received_at,
        max(seq) FILTER (WHERE name IN ('shipment.accepted', 'shipment.quarantined')) AS judged,
        bool_or(name = 'shipment.accepted') AS accepted,
        max(seq) FILTER (WHERE name = 'deviation.accepted') AS decided
    FROM told WHERE number > 0 GROUP BY journey_id, number
), band AS (
    SELECT l.*, (b ->> 'low_c')::float8 AS low_c, (b ->> 'high_c')::float8 AS high_c,
        coalesce((b ->> 'stability_budget_min')::numeric, 0) AS budget_min
    FROM leg l
    JOIN journey j ON j.id = l.journey_id
    LEFT JOIN jsonb_each(current_setting('atmpflow.products')::jsonb) AS p (code, spec)
        ON p.code = j.product
    CROSS JOIN LATERAL (SELECT CASE WHEN l.direction = 'outbound'
        THEN p.spec -> 'starting_material' -> 'transport'
        ELSE coalesce(p.spec -> 'shipper', p.spec -> 'storage') END AS b) AS chosen
    WHERE l.judged IS NOT NULL
), lasting AS (
    SELECT b.journey_id, b.number, r.celsius,
        r.celsius > b.high_c OR r.celsius < b.low_c AS outside,
        extract(epoch FROM lead(r.at, 1, b.received_at) OVER (
            PARTITION BY b.journey_id, b.number ORDER BY r.at) - r.at) / 60 AS minutes
    FROM band b JOIN shipment s ON s.id = b.shipment_id
    JOIN logger_file f ON f.shipment_id = b.shipment_id AND encode(f.sha256, 'hex') = s.log_sha256
    JOIN reading r ON r.file = f.number
        AND r.at >= b.packed_at AND r.at <= b.received_at
), measured AS (
    SELECT b.*, count(l.celsius) AS readings, min(l.celsius) AS lowest, max(l.celsius) AS highest,
        coalesce(sum(l.minutes) FILTER (WHERE l.outside), 0) AS minutes
    FROM band b LEFT JOIN lasting l USING (journey_id, number)
    GROUP BY b.journey_id, b.number, b.shipment_id, b.direction, b.unit, b.packed_at,
        b.received_at, b.judged, b.accepted, b.decided, b.low_c, b.high_c, b.budget_min
), summed AS (
    SELECT *, sum(minutes) FILTER (WHERE decided IS NULL) OVER (
        PARTITION BY journey_id, unit ORDER BY number) AS together
    FROM measured
)
SELECT s.journey_id, 'event ' || s.judged || ': its readings say ' || s.readings || ' readings and '
    || round(s.minutes, 2) || ' min outside, the event says otherwise' AS what
FROM summed s JOIN ledger l ON l.journey_id = s.journey_id AND l.seq = s.judged
WHERE ((l.payload ->> 'readings')::int = s.readings
    AND (l.payload ->> 'lowest_c')::float8 IS NOT DISTINCT FROM s.lowest
    AND (l.payload ->> 'highest_c')::float8 IS NOT DISTINCT FROM s.highest
    AND abs((l.payload ->> 'minutes_outside')::numeric - s.minutes) < 0.01) IS NOT TRUE
UNION ALL
SELECT journey_id, 'event ' || judged || ': accepted without a known band'
FROM summed WHERE accepted AND high_c IS NULL
UNION ALL
SELECT journey_id, 'event ' || judged || ': accepted with ' || round(together, 2)
    || ' min outside the band, ' || budget_min || ' allowed'
FROM summed WHERE accepted AND together > budget_min
UNION ALL
SELECT u.journey_id, 'event ' || u.seq || ', ' || u.name || ': after a leg that nobody accepted'
FROM told u LEFT JOIN leg l USING (journey_id, number)
WHERE u.name IN ('manufacture.started', 'product.accepted', 'dose.administered')
    AND ((l.accepted AND l.judged < u.seq) OR l.decided < u.seq) IS NOT TRUE
UNION ALL
SELECT d.journey_id, 'event ' || u.seq || ', ' || u.name || ': unit ' || d.unit || ' was quarantined by event '
    || d.seq || ' and nobody has accepted that'
FROM deviation d
JOIN ledger u ON u.journey_id = d.journey_id AND u.seq > d.seq
    AND u.payload ->> 'scanned_unit' = d.unit AND u.name IN ('manufacture.started', 'dose.administered')
WHERE d.decision IS DISTINCT FROM 'accepted'
