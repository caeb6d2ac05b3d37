-- Approvals, licences, calibrations, periodic reports and loggers, each with the one that it replaces.
WITH kept AS (
    SELECT 'approval' AS what, concat_ws(' ', trial, organisation, kind) AS subject, recorded_by,
        kept_at, jsonb_build_object('standing', standing, 'reference', reference,
            'valid_from', valid_from, 'valid_until', valid_until) AS new, reference AS why
    FROM approval
    UNION ALL
    SELECT 'licence', concat_ws(' ', organisation, kind), recorded_by, kept_at,
        jsonb_build_object('standing', standing, 'reference', reference,
            'valid_from', valid_from, 'valid_until', valid_until), reference
    FROM licence
    UNION ALL
    SELECT 'calibration', concat_ws(' ', kind, device), recorded_by, kept_at,
        jsonb_build_object('calibrated_at', calibrated_at, 'due_at', due_at,
            'certificate', certificate), certificate
    FROM calibration
    UNION ALL
    SELECT 'report', concat_ws(' ', trial, kind), recorded_by, kept_at,
        jsonb_build_object('covers_until', covers_until, 'sent_at', sent_at,
            'reference', reference), reference
    FROM periodic_report
    UNION ALL
    SELECT 'logger', serial, recorded_by, kept_at,
        jsonb_build_object('standing', standing, 'model', model, 'sensor', sensor, 'unit', unit,
            'zone', zone, 'interval_s', interval_s, 'owner', owner, 'sender', sender,
            'valid_from', valid_from), ''
    FROM logger
)
SELECT subject, NULL::uuid AS journey_id, NULL::int AS seq, what || '.recorded' AS what,
    recorded_by AS actor, coalesce((
        SELECT string_agg(DISTINCT p.role, ', ') FROM appointment p
        JOIN account a ON a.id = p.account_id
        WHERE a.username = recorded_by AND p.valid_from <= kept.kept_at
            AND least(p.valid_until, p.ended_at) > kept.kept_at
            AND p.role IN ('compliance-officer', 'pharmacovigilance', 'cell-laboratory')),
        CASE recorded_by WHEN 'atmpflow' THEN 'system' ELSE 'not appointed any more' END) AS role,
    kept_at AS occurred_at, kept_at AS recorded_at,
    lag(new) OVER (PARTITION BY what, subject ORDER BY kept_at) AS old, new, why,
    NULL::text AS centre, NULL::text AS product
FROM kept
