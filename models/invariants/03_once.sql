-- 03 once
-- Source: prescription and SmPC 4.2 of the product (planned doses); EU GMP Part IV 11
-- Proves: each planned dose is given once, in order; a unit is given or used up once, never both;
--   no more is given of a unit than it holds.
-- Beyond: what ordered and allocated units hold, of which their suppliers name no volume; each of
--   them is given once, whole or in part.
WITH given AS (
    SELECT journey_id, seq, payload ->> 'scanned_unit' AS unit, (payload ->> 'dose')::int AS dose,
        (payload ->> 'volume_ml')::numeric AS volume_ml,
        row_number() OVER (PARTITION BY journey_id ORDER BY seq) AS turn
    FROM ledger WHERE name = 'dose.administered'
), planned AS (
    SELECT j.id AS journey_id,
        coalesce(jsonb_array_length(p.spec -> 'dose' -> 'days'), 1) AS doses
    FROM journey j
    JOIN jsonb_each(current_setting('atmpflow.products')::jsonb) AS p (code, spec)
        ON p.code = j.product
), spent AS (
    SELECT unit, journey_id FROM given
    UNION ALL
    -- What was left of a unit makes another batch; it is used up by the last.
    SELECT l.payload ->> 'scanned_unit', l.journey_id FROM ledger l
    WHERE l.name = 'manufacture.started' AND NOT EXISTS (
        SELECT FROM ledger r WHERE r.journey_id = l.journey_id AND r.name = 'remake.ordered'
            AND r.payload ->> 'material' = l.payload ->> 'scanned_unit' AND r.seq > l.seq)
), made AS (
    SELECT jsonb_array_elements_text(payload -> 'units') AS unit,
        (payload ->> 'volume_ml')::numeric AS volume_ml
    FROM ledger WHERE name = 'manufacture.completed'
)
SELECT g.journey_id, 'event ' || g.seq || ': dose ' || g.dose || ' is the ' || g.turn
    || '. given, of ' || coalesce(p.doses::text, 'unknown') || ' planned' AS what
FROM given g LEFT JOIN planned p USING (journey_id)
WHERE (g.dose = g.turn AND g.dose <= p.doses) IS NOT TRUE
UNION ALL
SELECT l.journey_id, 'event ' || l.seq || ': treatment is called complete after another number of doses'
FROM ledger l LEFT JOIN planned p USING (journey_id)
WHERE l.name = 'treatment.completed'
    AND ((l.payload ->> 'doses')::int = p.doses AND p.doses = (
        SELECT count(*) FROM given g WHERE g.journey_id = l.journey_id AND g.seq < l.seq)) IS NOT TRUE
UNION ALL
SELECT journey_id, 'a unit is given or used up ' || times || ' times'
FROM (SELECT journey_id, count(*) OVER (PARTITION BY unit) AS times FROM spent) AS counted
WHERE times > 1
UNION ALL
SELECT g.journey_id, 'event ' || g.seq || ': ' || g.volume_ml || ' mL given of a unit of '
    || m.volume_ml || ' mL'
FROM given g JOIN made m USING (unit) WHERE g.volume_ml > m.volume_ml
UNION ALL
SELECT journey_id, 'a dose has two rows of administration'
FROM administration GROUP BY journey_id, dose HAVING count(*) > 1
