-- 15 deadlines
-- Source: the clocks of the field (shelf life, follow-up plan); EU GMP Part IV 11
-- Proves: each open journey has running exactly the timers its ledger asks for (its wait unless that
--   has passed, expiry of material and product, the next visit, each duty), an ended one only those
--   of its duties; each event that opens duties has them, with owner and deadline; none is overdue
--   for longer than the patience given; each alert has its timer, marked as fired.
WITH again AS (
    -- What came before the stage was begun again counts no more, but for what lasts.
    SELECT journey_id, coalesce(max(seq) FILTER (WHERE name = 'recollection.ordered'), 0) AS collected,
        max(seq) AS made
    FROM ledger WHERE name IN ('recollection.ordered', 'remake.ordered', 'replacement.ordered')
    GROUP BY journey_id
), told AS (
    SELECT l.journey_id,
        bool_or(name = 'manufacture.started' AND l.seq > coalesce(a.made, 0)) AS started,
        bool_or(name = 'dose.administered') AS given,
        max(l.seq) FILTER (WHERE name = 'collection.completed'
            AND l.seq > coalesce(a.collected, 0)) AS collected,
        max(l.seq) FILTER (WHERE name = 'collection.short') AS short,
        -- What is left of the material for another batch has a label of its own.
        max(l.seq) FILTER (WHERE name = 'remake.ordered') AS remade,
        max(l.seq) FILTER (WHERE l.seq > coalesce(a.made, 0) AND name IN
            ('manufacture.completed', 'order.confirmed', 'unit.allocated')) AS born,
        max(l.seq) FILTER (WHERE name = 'follow_up.planned') AS planned,
        max(l.seq) FILTER (WHERE name = 'shipment.packed' AND l.seq > coalesce(a.made, 0)) AS packed,
        max(l.seq) FILTER (WHERE name = 'shipment.received') AS received
    FROM ledger l
    JOIN journey j ON j.id = l.journey_id AND j.ended IS NULL
    LEFT JOIN again a ON a.journey_id = l.journey_id
    GROUP BY l.journey_id
), alert AS (
    SELECT journey_id, seq, name, payload, CASE name
        WHEN 'deadline.passed' THEN 'wait:' || (payload ->> 'awaited') || ':'
        WHEN 'material.expired' THEN 'material-expires'
        WHEN 'product.expired' THEN 'product-expires'
        WHEN 'transit.hold_time_near' THEN 'hold-time-near'
        WHEN 'duty.overdue' THEN 'duty:' || (payload ->> 'duty')
        ELSE 'follow-up:' || (payload ->> 'day') END AS kind,
        (payload ->> 'due_at')::timestamptz AS due_at
    FROM ledger
    WHERE name IN ('deadline.passed', 'material.expired', 'product.expired', 'follow_up.due', 'duty.overdue',
        'transit.hold_time_near')
), visit AS (
    SELECT DISTINCT ON (t.journey_id) t.journey_id, v ->> 'day' AS day,
        (v ->> 'due_at')::timestamptz AS due_at
    FROM told t
    JOIN ledger p ON p.journey_id = t.journey_id AND p.seq = t.planned
    CROSS JOIN LATERAL jsonb_array_elements(p.payload -> 'visits') AS v
    LEFT JOIN ledger done ON done.journey_id = t.journey_id AND done.name = 'follow_up.recorded'
        AND done.payload -> 'day' = v -> 'day'
    WHERE done.id IS NULL
    ORDER BY t.journey_id, (v ->> 'day')::int
), wanted AS (
    SELECT id AS journey_id, 'wait:' || waits_for || ':' AS kind, waits_until AS due_at
    FROM journey WHERE ended IS NULL
    UNION ALL
    SELECT t.journey_id, 'material-expires',
        coalesce(l.payload ->> 'material_expires_at', l.payload ->> 'expires_at')::timestamptz
    FROM told t JOIN ledger l ON l.journey_id = t.journey_id
        AND l.seq = CASE WHEN t.remade > t.collected THEN t.remade ELSE t.collected END
    WHERE NOT t.started AND t.collected > coalesce(t.short, 0)
    UNION ALL
    SELECT t.journey_id, 'product-expires', (l.payload ->> 'expires_at')::timestamptz
    FROM told t JOIN ledger l ON l.journey_id = t.journey_id AND l.seq = t.born
    WHERE NOT t.given
    UNION ALL
    SELECT journey_id, 'follow-up:' || day, due_at FROM visit
    UNION ALL
    -- A quarter of the shipper's hold time is left, or a day where that is less.
    SELECT t.journey_id, 'hold-time-near', (l.payload ->> 'charged_at')::timestamptz
        + lasts.hold - least(lasts.hold / 4, interval '1 day')
    FROM told t JOIN ledger l ON l.journey_id = t.journey_id AND l.seq = t.packed
    CROSS JOIN LATERAL (SELECT make_interval(secs => (l.payload ->> 'hold_time_h')::float8 * 3600))
        AS lasts (hold)
    WHERE t.packed > coalesce(t.received, 0)
    UNION ALL
    SELECT d.journey_id, 'duty:' || d.name, d.due_at FROM duty d
    WHERE NOT EXISTS (SELECT FROM ledger l WHERE l.journey_id = d.journey_id
        AND l.name = 'duty.fulfilled' AND l.payload ->> 'duty' = d.name)
    EXCEPT
    SELECT journey_id, kind, due_at FROM alert
), running AS (
    SELECT journey_id, due_at, regexp_replace(kind,
        '^(wait:[a-z-]+:|hold-time-near|material-expires|product-expires).*$', '\1') AS kind
    FROM timer WHERE fired_at IS NULL AND cancelled_at IS NULL
)
SELECT coalesce(w.journey_id, r.journey_id) AS journey_id, CASE
        WHEN w.kind IS NULL THEN 'a timer runs for nothing: ' || r.kind
        ELSE 'no timer runs for ' || w.kind END AS what
FROM wanted w FULL JOIN running r
    ON r.journey_id = w.journey_id AND r.kind = w.kind AND r.due_at = w.due_at
WHERE w.kind IS NULL OR r.kind IS NULL
UNION ALL
SELECT journey_id, count(*) || ' timers run for ' || kind
FROM running GROUP BY journey_id, kind HAVING count(*) > 1
UNION ALL
-- A journey that was told late has timers that were due before it was: its own change counts too.
SELECT r.journey_id, 'overdue and not fired: ' || r.kind
FROM running r JOIN journey j ON j.id = r.journey_id
WHERE r.due_at < current_setting('atmpflow.now')::timestamptz - current_setting('atmpflow.patience')::interval
    AND j.changed_at
        < current_setting('atmpflow.wall')::timestamptz - current_setting('atmpflow.patience')::interval
UNION ALL
SELECT a.journey_id, 'event ' || a.seq || ', ' || a.name || ': no timer says that it fired then'
FROM alert a
LEFT JOIN timer t ON t.journey_id = a.journey_id AND t.due_at = a.due_at
    AND t.fired_at IS NOT NULL AND starts_with(t.kind, a.kind)
GROUP BY a.journey_id, a.seq, a.name HAVING count(t.kind) = 0
