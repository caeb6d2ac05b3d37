-- Reference data: organisations, and units of stock. Without an account, the database's own role.
SELECT c.record || ' ' || c.key AS subject, NULL::uuid AS journey_id, NULL::int AS seq,
    c.record || CASE WHEN c.old IS NULL THEN '.added' WHEN c.new IS NULL THEN '.removed'
        ELSE '.changed' END AS what,
    c.changed_by AS actor, c.role, c.changed_at AS occurred_at, c.kept_at AS recorded_at,
    c.old, CASE WHEN c.new IS NULL THEN (
        SELECT jsonb_object_agg(key, NULL::text) FROM jsonb_object_keys(c.old) AS key)
        ELSE c.new END AS new,
    '' AS why, NULL::text AS centre,
    coalesce(c.new, c.old) ->> 'product' AS product
FROM reference_change c
