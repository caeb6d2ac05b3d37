-- slot-conflict: One place or team is booked twice at the same time, or steps in the wrong order
-- Regulation: EU GMP Part IV 5 (organisation of production); NHS England service specification
--   (booked capacity)
-- Severity: major
-- Owner: coordinator
-- Remedy: Move one of the two with `atmpflow replan`.
-- Cadence: hourly
-- Scope: journey
SELECT s.journey_id::text || '/' || s.kind AS subject, s.journey_id,
    s.kind || ' of ' || to_char(s.starts_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI') || ' conflicts with another booking' AS found
FROM slot s
WHERE s.released_at IS NULL AND s.ends_at >= %(now)s AND LOOKED(s.journey_id)
    AND (EXISTS (SELECT FROM slot o WHERE o.resource = s.resource AND o.released_at IS NULL
            AND tstzrange(o.starts_at, o.ends_at) && tstzrange(s.starts_at, s.ends_at)
            AND (o.journey_id, o.seq, o.kind) <> (s.journey_id, s.seq, s.kind))
        OR s.kind = 'manufacture' AND EXISTS (SELECT FROM slot o
            WHERE o.journey_id = s.journey_id AND o.kind = 'collection' AND o.released_at IS NULL
                AND o.seq = s.seq AND o.starts_at > s.starts_at))
