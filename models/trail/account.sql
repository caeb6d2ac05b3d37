-- Accounts: that they were added, with the values of then, and everything that was changed of them.
SELECT a.username AS subject, NULL::uuid AS journey_id, NULL::int AS seq, 'account.added' AS what,
    a.created_by AS actor, CASE a.created_by WHEN 'atmpflow' THEN 'system' ELSE 'administrator' END
    AS role, a.created_at AS occurred_at, a.kept_at AS recorded_at, NULL::jsonb AS old,
    jsonb_build_object('kind', a.kind, 'printed_name', a.printed_name,
        'organisation', a.organisation, 'email', a.email, 'state', a.state) || coalesce((
        SELECT jsonb_object_agg(field, old) FROM (
            SELECT DISTINCT ON (field) field, old FROM account_change c
            WHERE c.account_id = a.id ORDER BY field, changed_at) AS first), '{}') AS new,
    '' AS why, NULL::text AS centre, NULL::text AS product
FROM account a
UNION ALL
SELECT a.username, NULL, NULL, 'account.changed', c.changed_by, 'administrator', c.changed_at,
    c.kept_at, jsonb_build_object(c.field, c.old), jsonb_build_object(c.field, c.new), c.reason,
    NULL, NULL
FROM account_change c JOIN account a ON a.id = c.account_id
