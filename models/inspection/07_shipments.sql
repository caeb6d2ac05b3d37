-- shipments: Shipments and how each leg was judged
-- Says: Temperatures in degrees Celsius, from packing to receipt, each reading weighted by the time
--   until the next one.
-- Of: journeys
-- Empty: Nothing was shipped.
-- Column: 9 Leg = {leg}
-- Column: 18 Courier = {courier}, {reference}[, SSCC {sscc}]
-- Column: 15 From, to = {sender} to {receiver}
-- Column: 15 Packed, received (UTC) = {packed_at}[ to {received_at}]
-- Column: 12 Logger = {logger}
-- Column: 19 Readings = [{readings}: {lowest_c} to {highest_c} °C, {minutes_outside} min outside]
-- Column: 14 Verdict = [{judged}][: {objections}][; now {later}]
SELECT j.coi, s.id AS shipment, s.leg, s.courier, s.reference, s.sender, s.receiver, s.shipper,
    s.seal, s.logger, s.sscc, s.packed_at, s.collected_at, s.delivered_at, s.received_at,
    s.log_sha256, split_part(v.name, '.', 2) AS judged,
    nullif(s.verdict, split_part(v.name, '.', 2)) AS later, s.verdict, s.minutes_outside, (v.payload ->> 'readings')::int AS readings,
    (v.payload ->> 'lowest_c')::float8 AS lowest_c,
    (v.payload ->> 'highest_c')::float8 AS highest_c,
    (v.payload ->> 'mean_kinetic_c')::float8 AS mean_kinetic_c,
    (v.payload ->> 'longest_gap_min')::float8 AS longest_gap_min,
    (v.payload ->> 'covers_leg')::boolean AS covers_leg, v.occurred_at AS judged_at, (
        SELECT string_agg(one ->> 'code', ', ')
        FROM jsonb_array_elements(coalesce(v.payload -> 'objections', '[]')) AS one) AS objections
FROM shipment s JOIN journey j ON j.id = s.journey_id
LEFT JOIN LATERAL (
    SELECT l.name, l.payload, l.occurred_at FROM ledger l
    JOIN ledger b ON b.journey_id = l.journey_id AND b.name = 'courier.booked'
        AND b.payload ->> 'shipment' = s.id::text AND b.seq < l.seq
    WHERE l.journey_id = s.journey_id AND l.name IN ('shipment.accepted', 'shipment.quarantined')
        AND NOT EXISTS (SELECT FROM ledger n WHERE n.journey_id = l.journey_id
            AND n.name = 'courier.booked' AND n.seq > b.seq AND n.seq < l.seq)
    ORDER BY l.seq LIMIT 1
) AS v ON TRUE
WHERE s.journey_id = ANY(%(journeys)s) ORDER BY j.coi, s.packed_at NULLS LAST, s.id
