-- 04 gate
-- Source: EU GMP Part IV 11 and Annex 16 (release); SmPC 4.2 and 6.6 of the product
-- Proves: whatever was thawed, prepared or given was, by the order of the ledger, certified for its
--   own batch, on site, in date, consented, found fit, not recalled or damaged, in specification or signed for by three, cleared, prescribed, not held, after the conditioning
--   and within the windows of use that the product needs; whoever prescribed, thawed, prepared or
--   gave it held that role at that moment, at this centre, for this trial and product.
WITH told AS (
    SELECT journey_id, seq, name, payload,
        max(seq) FILTER (WHERE name IN ('hold.placed', 'identity.mismatched',
            'conditioning.blocked', 'administration.blocked',
            'label.mismatched', 'identity.implicated', 'patient.deteriorated', 'recall.reached')) OVER before AS held,
        max(seq) FILTER (WHERE name = 'hold.lifted') OVER before AS lifted,
        max(seq) FILTER (WHERE name = 'batch.certified') OVER before AS certified,
        max(seq) FILTER (WHERE name = 'batch.rejected') OVER before AS rejected,
        max(seq) FILTER (WHERE name = 'product.accepted') OVER before AS on_site,
        max(seq) FILTER (WHERE name = 'consent.given') OVER before AS consented,
        max(seq) FILTER (WHERE name = 'consent.verified') OVER before AS verified,
        max(seq) FILTER (WHERE name = 'conditioning.completed') OVER before AS conditioned,
        max(seq) FILTER (WHERE name = 'administration.cleared') OVER before AS cleared,
        max(seq) FILTER (WHERE name = 'dose.prescribed') OVER before AS prescribed,
        max(seq) FILTER (WHERE name = 'fitness.assessed') OVER before AS examined,
        max(seq) FILTER (WHERE name = 'patient.deteriorated') OVER before AS worse,
        coalesce(max(seq) FILTER (WHERE name IN ('dose.administered', 'product.damaged'))
            OVER before, 0) AS given,
        max(seq) FILTER (WHERE name = 'product.thawed') OVER before AS thawed,
        max(seq) FILTER (WHERE name = 'dose.prepared') OVER before AS prepared,
        max(seq) FILTER (WHERE name IN ('manufacture.completed', 'order.confirmed',
            'unit.allocated')) OVER before AS born
    FROM ledger
    WHERE split_part(name, '.', 1) IN ('hold', 'identity', 'conditioning', 'administration', 'batch',
            'product', 'consent', 'dose', 'order', 'unit', 'label', 'patient', 'recall', 'fitness')
        OR name = 'manufacture.completed'
    WINDOW before AS (
        PARTITION BY journey_id ORDER BY seq ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
), used AS (
    SELECT t.*, t.payload ->> 'scanned_unit' AS unit, p.spec,
        coalesce(t.payload ->> 'started_at', t.payload ->> 'began_at')::timestamptz AS begun,
        (t.payload ->> 'ended_at')::timestamptz AS ended
    FROM told t
    JOIN journey j ON j.id = t.journey_id
    LEFT JOIN jsonb_each(current_setting('atmpflow.products')::jsonb) AS p (code, spec)
        ON p.code = j.product
    WHERE t.name IN ('product.thawed', 'dose.prepared', 'dose.administered')
), judged AS (
    SELECT u.journey_id, u.seq, u.name, why.against
    FROM used u
    LEFT JOIN unit ON unit.unit = u.unit
    LEFT JOIN ledger birth ON birth.journey_id = u.journey_id AND birth.seq = u.born
    LEFT JOIN ledger certificate
        ON certificate.journey_id = u.journey_id AND certificate.seq = u.certified
    LEFT JOIN ledger consent ON consent.journey_id = u.journey_id AND consent.seq = u.consented
    LEFT JOIN ledger examined ON examined.journey_id = u.journey_id AND examined.seq = u.examined
    LEFT JOIN ledger prescribed
        ON prescribed.journey_id = u.journey_id AND prescribed.seq = u.prescribed
    CROSS JOIN LATERAL (VALUES
        ('not certified', CASE WHEN birth.name = 'manufacture.completed'
            THEN u.certified > u.born AND certificate.payload ->> 'batch' = unit.batch
            ELSE birth.payload ->> 'certified_by' <> '' END),
        ('rejected', coalesce(u.rejected < u.born, TRUE)),
        ('damaged', NOT EXISTS (SELECT FROM ledger d WHERE d.journey_id = u.journey_id
            AND d.name = 'product.damaged' AND d.seq < u.seq AND d.payload ->> 'scanned_unit' = u.unit)),
        ('out of specification without three signatures', NOT EXISTS (
            SELECT FROM batch b WHERE b.batch = unit.batch AND b.in_specification IS NOT TRUE)
            OR EXISTS (SELECT FROM ledger e
                JOIN ledger q ON q.journey_id = e.journey_id AND q.seq > e.seq
                    AND q.name = 'oos_product.requested' AND q.actor <> e.actor
                WHERE e.journey_id = u.journey_id AND e.name = 'risk.evaluated' AND e.seq > u.born
                    AND q.seq < u.certified AND certificate.actor NOT IN (e.actor, q.actor)
                    AND (certificate.payload ->> 'out_of_specification')::boolean)),
        ('not of the finished units', birth.payload -> 'units' ? u.unit),
        ('not accepted on site', u.on_site > u.born),
        ('past its expiry', (birth.payload ->> 'expires_at')::timestamptz > coalesce(u.ended, u.begun)),
        ('no consent to treatment', u.verified > u.consented AND consent.payload -> 'scopes' ? 'treatment'),
        ('consent withdrawn', NOT EXISTS (
            SELECT FROM ledger w WHERE w.journey_id = u.journey_id AND w.seq < u.seq
                AND w.name = 'consent.withdrawn' AND w.payload -> 'scopes' ? 'treatment'
                AND NOT EXISTS (SELECT FROM ledger r WHERE r.journey_id = w.journey_id
                    AND r.name IN ('consent.given', 'consent.renewed')
                    AND r.seq > w.seq AND r.seq < u.seq AND r.payload -> 'scopes' ? 'treatment'))),
        ('not cleared', u.cleared > u.given),
        ('recalled', NOT EXISTS (
            SELECT FROM recall r
            LEFT JOIN unit parent ON parent.unit = unit.parent
            LEFT JOIN stock_unit s ON s.unit = u.unit
            WHERE r.recall_class < 4 AND r.recalled_at <= u.begun AND (
                (r.kind, r.lot) IN (('batch', unit.batch), ('unit', u.unit), ('unit', parent.unit),
                    ('donation', parent.unit), ('donation', s.donation))
                OR EXISTS (SELECT FROM ledger m
                    CROSS JOIN LATERAL jsonb_array_elements(m.payload -> 'lots') AS used
                    WHERE m.journey_id = u.journey_id AND m.seq < u.seq
                        AND m.name IN ('manufacture.started', 'manufacture.completed')
                        AND used ->> 'kind' = r.kind AND used ->> 'lot' = r.lot)))),
        ('not prescribed', u.prescribed > u.given),
        ('not found fit', (examined.payload ->> 'fit')::boolean AND u.examined > coalesce(u.worse, 0)
            AND examined.occurred_at >= prescribed.occurred_at - interval '3 days'),
        ('on hold', coalesce(u.held, 0) <= coalesce(u.lifted, 0)),
        ('not conditioned', NOT u.spec ? 'conditioning' OR u.conditioned > u.on_site)
    ) AS why (against, passes)
    WHERE why.passes IS NOT TRUE
), clocks AS (
    SELECT u.journey_id, u.seq, u.begun, u.ended, w.opens, w.lasts, w.starts_within,
        (begins.payload ->> 'began_at')::timestamptz AS began,
        begins.seq > u.given AND begins.payload ->> 'scanned_unit' = u.unit AS of_this_dose
    FROM used u
    CROSS JOIN LATERAL (
        SELECT w ->> 'begins' AS opens, (w ->> 'minutes')::numeric * interval '1 minute' AS lasts,
            (w ->> 'start_within_minutes')::numeric * interval '1 minute' AS starts_within
        FROM jsonb_array_elements(u.spec -> 'use_windows') AS w
    ) AS w
    LEFT JOIN ledger begins ON begins.journey_id = u.journey_id
        AND begins.seq = CASE w.opens WHEN 'thaw' THEN u.thawed ELSE u.prepared END
    WHERE u.name = 'dose.administered'
)
SELECT journey_id, 'event ' || seq || ', ' || name || ': ' || against AS what FROM judged
UNION ALL
SELECT journey_id, 'event ' || seq || ', dose.administered: outside the window from ' || opens
FROM clocks
WHERE (of_this_dose AND begun >= began AND ended <= began + lasts
    AND begun <= coalesce(began + starts_within, begun)) IS NOT TRUE
UNION ALL
-- Since there are rights: who did it had the role then, here, of their own or lent, and the training.
SELECT l.journey_id, 'event ' || l.seq || ', ' || l.name || ': ' || why.against
FROM ledger l
JOIN journey j ON j.id = l.journey_id
JOIN account own ON own.username = 'atmpflow' AND own.created_at <= l.recorded_at
LEFT JOIN account a ON a.username = l.actor
CROSS JOIN LATERAL (VALUES
    ('its actor had no right to it', EXISTS (
        SELECT FROM appointment p
        LEFT JOIN delegation d ON d.from_id = p.account_id AND d.to_id = a.id
            AND d.role = p.role AND d.site IN ('*', j.centre) AND d.trial IN ('*', j.trial)
            AND l.recorded_at >= d.valid_from AND l.recorded_at < least(d.valid_until, d.ended_at)
        WHERE (p.account_id = a.id OR d.id IS NOT NULL) AND p.role = l.role
            AND p.site IN ('*', j.centre) AND p.trial IN ('*', j.trial) AND p.product IN ('*', j.product)
            AND l.recorded_at >= p.valid_from AND l.recorded_at < least(p.valid_until, p.ended_at))),
    ('its actor had no valid training', a.kind = 'machine' OR EXISTS (
        SELECT FROM training t WHERE t.account_id = a.id AND t.product = j.product
            AND l.recorded_at >= t.completed_at AND l.recorded_at < least(t.expires_at, t.ended_at)))
) AS why (against, passes)
WHERE l.name IN ('dose.prescribed', 'product.thawed', 'dose.prepared', 'dose.administered')
    AND why.passes IS NOT TRUE
