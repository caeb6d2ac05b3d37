-- 07 absence
-- Source: GDP 2013/C 343/01, 9.4 (temperature is recorded throughout transport); EU GMP Annex 11, 5
-- Proves: a leg was accepted only where its logger's file is kept, its own logger wrote it, every
--   reading is a temperature, and from packing to receipt nothing is longer without one than two
--   of the logger's own intervals (earlier versions: half an hour). That logger was on the register
--   when it was packed, with this sensor and unit, calibrated from packing to receipt, and no
--   reading of it is later than it was read (earlier versions did not ask).
WITH told AS (
    SELECT journey_id, seq, name, occurred_at, payload,
        count(*) FILTER (WHERE name = 'courier.booked') OVER (
            PARTITION BY journey_id ORDER BY seq) AS number
    FROM ledger
    WHERE name IN ('courier.booked', 'shipment.packed', 'shipment.received', 'temperature.logged',
        'shipment.accepted')
), leg AS (
    SELECT journey_id,
        max(seq) FILTER (WHERE name = 'shipment.accepted') AS accepted,
        max(payload ->> 'shipment') FILTER (WHERE name = 'courier.booked')::uuid AS shipment_id,
        max(payload ->> 'logger') FILTER (WHERE name = 'shipment.packed') AS packed_logger,
        max(payload ->> 'logger') FILTER (WHERE name = 'temperature.logged') AS logger,
        max(payload ->> 'file_sha256') FILTER (WHERE name = 'temperature.logged') AS file,
        max((payload ->> 'readings')::int) FILTER (WHERE name = 'temperature.logged') AS logged,
        bool_or(payload ? 'interval_s') FILTER (WHERE name = 'shipment.accepted') AS says_interval,
        bool_or(payload ? 'untrusted') FILTER (WHERE name = 'shipment.accepted') AS says_trust,
        max(occurred_at) FILTER (WHERE name = 'temperature.logged') AS logged_at,
        max(occurred_at) FILTER (WHERE name = 'shipment.packed') AS packed_at,
        max(occurred_at) FILTER (WHERE name = 'shipment.received') AS received_at
    FROM told WHERE number > 0 GROUP BY journey_id, number
    HAVING bool_or(name = 'shipment.accepted')
), spaced AS (
    SELECT l.shipment_id, r.celsius,
        lead(r.at, 1, l.received_at) OVER along - r.at AS until_next,
        r.at - lag(r.at, 1, l.packed_at) OVER along AS since_last
    FROM leg l
    JOIN logger_file f ON f.shipment_id = l.shipment_id AND encode(f.sha256, 'hex') = l.file
    JOIN reading r ON r.file = f.number AND r.at >= l.packed_at AND r.at <= l.received_at
    WINDOW along AS (PARTITION BY l.shipment_id ORDER BY r.at)
), seen AS (
    SELECT shipment_id, count(*) AS readings, max(greatest(until_next, since_last)) AS longest,
        count(*) FILTER (WHERE celsius IS NULL OR celsius IN ('NaN', 'Infinity', '-Infinity')) AS blind
    FROM spaced GROUP BY shipment_id
), stored AS (
    SELECT l.shipment_id, count(*) AS readings, max(r.at) AS latest
    FROM leg l
    JOIN logger_file f ON f.shipment_id = l.shipment_id AND encode(f.sha256, 'hex') = l.file
    JOIN reading r ON r.file = f.number
    GROUP BY l.shipment_id
)
SELECT l.journey_id, 'event ' || l.accepted || ': accepted with ' || why.against AS what
FROM leg l
LEFT JOIN seen s USING (shipment_id)
LEFT JOIN stored USING (shipment_id)
LEFT JOIN logger_file f ON f.shipment_id = l.shipment_id AND encode(f.sha256, 'hex') = l.file
LEFT JOIN LATERAL (SELECT g.sensor, g.unit, g.standing FROM logger g
    WHERE g.serial = l.packed_logger AND g.valid_from <= l.packed_at
    ORDER BY g.valid_from DESC, g.number DESC LIMIT 1) AS listed ON TRUE
CROSS JOIN LATERAL (VALUES
    ('a logger that was not on the register', NOT l.says_trust OR listed.standing = 'in-use'),
    ('another sensor or unit than registered', NOT l.says_trust
        OR (f.sensor = listed.sensor AND (f.unit = listed.unit OR f.format = 'live'))),
    ('a logger that was not calibrated', NOT l.says_trust OR EXISTS (SELECT FROM calibration c
        WHERE c.device = l.packed_logger AND c.kind = 'logger'
            AND c.calibrated_at <= l.packed_at AND c.due_at > l.received_at)),
    ('readings of later than it was read', NOT l.says_trust
        OR stored.latest <= l.logged_at + interval '5 minutes'),
    ('fewer than two readings', s.readings >= 2),
    ('over 30 min without a reading', s.longest <= interval '30 minutes'),
    ('over two intervals without a reading',
        NOT l.says_interval OR s.longest <= make_interval(secs => 2 * f.interval_s)),
    ('a reading that is no temperature', s.blind = 0),
    ('the file of another logger', l.logger = l.packed_logger AND f.logger = l.packed_logger),
    ('another number of readings than its file held', stored.readings = l.logged)
) AS why (against, passes)
WHERE why.passes IS NOT TRUE
