-- Labels that were printed; no role is asked of who prints one.
SELECT j.coi AS subject, p.journey_id, NULL::int AS seq, 'label.printed' AS what,
    p.printed_by AS actor, 'none asked' AS role, p.printed_at AS occurred_at,
    p.printed_at AS recorded_at,
    CASE WHEN p.copy_number > 1 THEN jsonb_build_object('copy', p.copy_number - 1) END AS old,
    jsonb_build_object('label', p.kind || ' ' || p.subject, 'version', p.version,
        'copy', p.copy_number, 'sha256', encode(p.sha256, 'hex')) AS new,
    '' AS why, j.centre, j.product
FROM label_print p JOIN journey j ON j.id = p.journey_id
