-- Who looked at an identity, and which were erased; by the opaque id of the person.
SELECT a.person_id::text AS subject, NULL::uuid AS journey_id, NULL::int AS seq,
    'identity.looked_at' AS what, a.actor, a.role, a.looked_at AS occurred_at,
    a.looked_at AS recorded_at, NULL::jsonb AS old, NULL::jsonb AS new, a.reason AS why,
    NULL::text AS centre, NULL::text AS product
FROM identity.access a
UNION ALL
SELECT k.subject, NULL, NULL, 'identity.erased', k.destroyed_by, 'compliance-officer',
    k.destroyed_at, k.destroyed_at, jsonb_build_object('readable', true),
    jsonb_build_object('readable', false), k.reason, NULL, NULL
FROM identity.sealing_key k WHERE k.destroyed_at IS NOT NULL
