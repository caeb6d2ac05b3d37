-- 10 legal path
-- Source: the stages of each pathway; EU GMP Annex 11, 12 and 21 CFR 11.10(f) (permitted sequence)
-- Proves: the events of every journey follow one another as the table here allows, each leading to
--   the stage that it says; nothing but what a hold allows happens during one; nothing happens
--   after the end; the journey's row says the stage, hold and end that its ledger says.
-- Replay of the ledger against the tables is the engine's own check and is listed as 10r.
WITH allowed (pathways, before_stage, before, event, stage) AS (VALUES
    ('', '', '', 'referral.received', 'referral'),
    ('', 'referral', 'referral.received', 'referral.accepted', 'eligibility'),
    ('', 'eligibility', 'referral.accepted', 'screening.recorded', 'eligibility'),
    ('', 'eligibility', 'screening.recorded', 'eligibility.assessed', 'eligibility'),
    ('', 'eligibility', 'eligibility.assessed', 'screening.recorded', 'eligibility'),
    ('', 'eligibility', 'eligibility.assessed', 'eligibility.declined', 'eligibility'),
    ('', 'eligibility', 'eligibility.assessed', 'eligibility.confirmed', 'approval'),
    ('', 'approval', 'eligibility.confirmed', 'panel.submitted', 'approval'),
    ('', 'approval', 'panel.submitted', 'panel.declined', 'approval'),
    ('', 'approval', 'panel.submitted', 'panel.approved', 'consent'),
    ('', 'consent', 'panel.approved', 'consent.given', 'consent'),
    ('', 'consent', 'consent.given', 'consent.insufficient', 'consent'),
    ('', 'consent', 'consent.insufficient', 'consent.given', 'consent'),
    ('autologous tissue-engineered', 'consent', 'consent.given', 'consent.verified', 'scheduling'),
    ('in-vivo', 'consent', 'consent.given', 'consent.verified', 'ordering'),
    ('allogeneic', 'consent', 'consent.given', 'consent.verified', 'matching'),
    -- Made from the patient
    ('', 'scheduling', 'consent.verified', 'slots.booked', 'scheduling'),
    ('', 'scheduling', 'slots.booked', 'slot.confirmed', 'collection'),
    ('', 'collection', 'slot.confirmed', 'screening.recorded', 'collection'),
    ('', 'collection', 'slot.confirmed', 'collection.completed', 'collection'),
    ('', 'collection', 'screening.recorded', 'screening.recorded', 'collection'),
    ('', 'collection', 'screening.recorded', 'collection.completed', 'collection'),
    ('', 'collection', 'collection.completed', 'material.tested', 'collection'),
    ('', 'collection', 'material.tested', 'collection.short', 'collection'),
    ('', 'collection', 'collection.short', 'screening.recorded', 'collection'),
    ('', 'collection', 'collection.short', 'collection.completed', 'collection'),
    ('', 'collection', 'material.tested', 'material.accepted', 'dispatch'),
    ('', 'dispatch', 'material.accepted', 'courier.booked', 'dispatch'),
    ('', 'manufacture', 'shipment.accepted', 'batch.opened', 'manufacture'),
    ('', 'manufacture', 'deviation.accepted', 'batch.opened', 'manufacture'),
    ('', 'manufacture', 'batch.opened', 'manufacture.started', 'manufacture'),
    ('', 'manufacture', 'manufacture.started', 'manufacture.completed', 'quality'),
    ('', 'quality', 'manufacture.completed', 'quality.results_recorded', 'quality'),
    ('', 'quality', 'quality.results_recorded', 'quality.out_of_specification', 'quality'),
    ('', 'quality', 'quality.out_of_specification', 'quality.results_recorded', 'quality'),
    ('', 'quality', 'quality.out_of_specification', 'batch.rejected', 'quality'),
    ('', 'quality', 'quality.out_of_specification', 'risk.evaluated', 'quality'),
    ('', 'quality', 'risk.evaluated', 'quality.results_recorded', 'quality'),
    ('', 'quality', 'risk.evaluated', 'batch.rejected', 'quality'),
    ('', 'quality', 'risk.evaluated', 'oos_product.requested', 'release'),
    ('', 'release', 'oos_product.requested', 'release.prepared', 'release'),
    -- A batch that failed or was rejected: another one, or none
    ('', 'manufacture', 'manufacture.started', 'manufacture.failed', 'manufacture'),
    ('', 'manufacture', 'manufacture.failed', 'remake.ordered', 'manufacture'),
    ('', 'manufacture', 'manufacture.failed', 'manufacture.given_up', 'manufacture'),
    ('', 'quality', 'batch.rejected', 'remake.ordered', 'manufacture'),
    ('', 'quality', 'batch.rejected', 'manufacture.given_up', 'quality'),
    ('', 'release', 'batch.rejected', 'remake.ordered', 'manufacture'),
    ('', 'release', 'batch.rejected', 'manufacture.given_up', 'release'),
    ('', 'manufacture', 'remake.ordered', 'batch.opened', 'manufacture'),
    ('', 'quality', 'quality.results_recorded', 'quality.passed', 'release'),
    ('', 'release', 'quality.passed', 'release.prepared', 'release'),
    ('', 'release', 'release.prepared', 'batch.rejected', 'release'),
    ('', 'release', 'release.prepared', 'batch.certified', 'delivery'),
    -- Ordered, or allocated from stock
    ('', 'ordering', 'consent.verified', 'order.placed', 'ordering'),
    ('', 'ordering', 'consent.verified', 'screening.recorded', 'ordering'),
    ('', 'ordering', 'replacement.ordered', 'screening.recorded', 'ordering'),
    ('', 'ordering', 'screening.recorded', 'screening.recorded', 'ordering'),
    ('', 'ordering', 'screening.recorded', 'order.placed', 'ordering'),
    ('', 'ordering', 'order.placed', 'order.confirmed', 'delivery'),
    ('', 'matching', 'consent.verified', 'unit.allocated', 'matching'),
    ('', 'matching', 'unit.allocated', 'allocation.confirmed', 'delivery'),
    ('', 'delivery', 'batch.certified', 'courier.booked', 'delivery'),
    ('', 'delivery', 'order.confirmed', 'courier.booked', 'delivery'),
    ('', 'delivery', 'allocation.confirmed', 'courier.booked', 'delivery'),
    ('', 'delivery', 'shipment.accepted', 'product.accepted', 'conditioning'),
    ('', 'delivery', 'deviation.accepted', 'product.accepted', 'conditioning'),
    ('', 'delivery', 'shipment.accepted', 'product.accepted', 'administration'),
    ('', 'delivery', 'deviation.accepted', 'product.accepted', 'administration'),
    -- At the centre
    ('', 'conditioning', 'product.accepted', 'conditioning.blocked', 'conditioning'),
    ('', 'conditioning', 'conditioning.blocked', 'conditioning.blocked', 'conditioning'),
    ('', 'conditioning', 'conditioning.blocked', 'conditioning.cleared', 'conditioning'),
    ('', 'conditioning', 'product.accepted', 'conditioning.cleared', 'conditioning'),
    ('', 'conditioning', 'conditioning.cleared', 'conditioning.started', 'conditioning'),
    ('', 'conditioning', 'conditioning.started', 'conditioning.completed', 'administration'),
    ('', 'administration', 'conditioning.completed', 'administration.cleared', 'administration'),
    ('', 'administration', 'conditioning.completed', 'administration.blocked', 'administration'),
    ('', 'administration', 'product.accepted', 'administration.cleared', 'administration'),
    ('', 'administration', 'product.accepted', 'administration.blocked', 'administration'),
    ('', 'administration', 'administration.blocked', 'administration.blocked', 'administration'),
    ('', 'administration', 'administration.blocked', 'administration.cleared', 'administration'),
    ('', 'administration', 'administration.cleared', 'dose.prescribed', 'administration'),
    ('', 'administration', 'dose.prescribed', 'identity.checked', 'administration'),
    ('', 'administration', 'identity.checked', 'identity.checked', 'administration'),
    ('', 'administration', 'identity.checked', 'identity.confirmed_before_preparation', 'administration'),
    ('', 'administration', 'identity.confirmed_before_preparation', 'product.thawed', 'administration'),
    ('', 'administration', 'identity.confirmed_before_preparation', 'dose.prepared', 'administration'),
    ('', 'administration', 'product.thawed', 'dose.prepared', 'administration'),
    ('', 'administration', 'product.thawed', 'identity.checked', 'administration'),
    ('', 'administration', 'dose.prepared', 'identity.checked', 'administration'),
    ('', 'administration', 'identity.checked', 'identity.confirmed_before_administration', 'administration'),
    ('', 'administration', 'identity.confirmed_before_administration', 'dose.administered', 'administration'),
    ('', 'administration', 'dose.administered', 'administration.cleared', 'administration'),
    ('', 'administration', 'dose.administered', 'administration.blocked', 'administration'),
    ('', 'administration', 'dose.administered', 'treatment.completed', 'monitoring'),
    ('', 'monitoring', 'treatment.completed', 'monitoring.planned', 'monitoring'),
    ('', 'monitoring', 'monitoring.planned', 'monitoring.completed', 'follow_up'),
    ('', 'follow_up', 'monitoring.completed', 'follow_up.planned', 'follow_up'),
    ('', 'follow_up', 'follow_up.planned', 'follow_up.recorded', 'follow_up'),
    ('', 'follow_up', 'follow_up.recorded', 'follow_up.recorded', 'follow_up'),
    ('', 'follow_up', 'follow_up.recorded', 'journey.completed', 'follow_up'),
    -- Damaged before it was given
    ('', 'administration', '*', 'product.damaged', 'administration'),
    ('', 'administration', 'product.damaged', 'administration.cleared', 'administration'),
    ('', 'administration', 'product.damaged', 'administration.blocked', 'administration'),
    ('', 'administration', 'product.damaged', 'dose.lost', 'administration'),
    ('autologous tissue-engineered', 'administration', 'dose.lost', 'remake.ordered', 'manufacture'),
    ('', 'administration', 'dose.lost', 'product.given_up', 'administration'),
    -- Stopped or ended before the plan was complete
    ('', 'monitoring', 'treatment.stopped', 'monitoring.planned', 'monitoring'),
    ('', 'follow_up', '*', 'follow_up.ended', 'follow_up')
), leg (before, event, last) AS (VALUES
    ('courier.booked', 'shipment.packed', FALSE),
    ('shipment.packed', 'shipment.collected', FALSE),
    ('shipment.collected', 'shipment.delivered', FALSE),
    ('shipment.delivered', 'shipment.received', FALSE),
    ('shipment.received', 'temperature.logged', FALSE),
    ('temperature.logged', 'shipment.quarantined', FALSE),
    ('shipment.quarantined', 'deviation.rejected', FALSE),
    ('temperature.logged', 'shipment.accepted', TRUE),
    ('shipment.quarantined', 'deviation.accepted', TRUE)
), legal AS (
    SELECT * FROM allowed
    UNION ALL
    -- A shipment goes the same way out and back; the way out ends in manufacture.
    SELECT '', stage, before, event,
        CASE WHEN last AND stage = 'dispatch' THEN 'manufacture' ELSE stage END
    FROM leg, (VALUES ('dispatch'), ('delivery')) AS either (stage)
    UNION ALL
    -- What went wrong with the supply: anew from where it begins, or never more.
    SELECT way.pathways, at.stage, '*', way.event, coalesce(way.again, at.stage)
    FROM (VALUES ('autologous tissue-engineered', 'recollection.ordered', 'scheduling'),
        ('in-vivo', 'replacement.ordered', 'ordering'),
        ('allogeneic', 'replacement.ordered', 'matching'),
        ('', 'supply.given_up', NULL),
        ('', 'treatment.stopped', 'monitoring')) AS way (pathways, event, again),
        (VALUES ('ordering'), ('matching'), ('collection'), ('dispatch'), ('manufacture'), ('quality'), ('release'),
            ('delivery'), ('conditioning'), ('administration')) AS at (stage)
    UNION ALL
    SELECT '', 'collection', before, event, 'collection'
    FROM (VALUES ('slot.confirmed'), ('screening.recorded'), ('collection.short'),
        ('collection.failed')) AS earlier (before), (VALUES ('collection.failed')) AS failed (event)
    UNION ALL VALUES
        ('', 'collection', 'collection.failed', 'screening.recorded', 'collection'),
        ('', 'collection', 'collection.failed', 'collection.completed', 'collection'),
        ('', 'scheduling', 'recollection.ordered', 'slots.booked', 'scheduling'),
        ('', 'ordering', 'replacement.ordered', 'order.placed', 'ordering'),
        ('', 'matching', 'replacement.ordered', 'unit.allocated', 'matching')
), ending (event, ended) AS (VALUES
    ('eligibility.declined', 'not-eligible'), ('panel.declined', 'not-approved'),
    ('supply.given_up', 'supply-given-up'), ('manufacture.given_up', 'manufacture-failed'),
    ('product.given_up', 'product-lost'),
    ('journey.withdrawn', 'withdrawn'), ('journey.completed', 'completed'),
    ('patient.died', 'died'), ('patient.lost', 'lost-to-follow-up'),
    ('follow_up.ended', 'follow-up-withdrawn')
), told AS (
    SELECT journey_id, seq, name, stage,
        split_part(name, '.', 1) IN ('hold', 'deadline', 'duty', 'toxicity', 'label', 'recall',
            'adverse_event', 'transit', 'safety_measure', 'contact', 'fitness') OR name IN (
            'material.expired', 'product.expired', 'follow_up.due', 'courier.changed', 'slots.moved',
            'identity.mismatched', 'identity.implicated', 'unit.relabelled', 'consent.withdrawn',
            'consent.renewed', 'journey.withdrawn', 'patient.deteriorated', 'patient.died',
            'oos_product.supplied', 'patient.lost', 'patient.found') AS aside,
        coalesce(lag(stage) OVER along, '') AS before_stage,
        lead(seq) OVER along IS NULL AS newest,
        max(seq) FILTER (WHERE name IN ('hold.placed', 'identity.mismatched',
            'conditioning.blocked', 'administration.blocked',
            'label.mismatched', 'identity.implicated', 'patient.deteriorated', 'recall.reached')) OVER before AS held,
        max(seq) FILTER (WHERE name = 'hold.lifted') OVER before AS lifted,
        max(seq) FILTER (WHERE name IN (SELECT event FROM ending)) OVER before AS ended,
        max(seq) FILTER (WHERE name = 'patient.found') OVER before AS found,
        max(seq) FILTER (WHERE name = 'patient.found') OVER (PARTITION BY journey_id) AS last_found
    FROM ledger
    WINDOW along AS (PARTITION BY journey_id ORDER BY seq),
        before AS (along ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
), step AS (
    SELECT t.*, coalesce(lag(name) OVER (PARTITION BY journey_id ORDER BY seq), '') AS before
    FROM told t WHERE NOT aside
), finish AS (
    -- The first ending stays; only somebody lost may be found again, or found to have died.
    SELECT DISTINCT ON (t.journey_id) t.journey_id, e.ended
    FROM told t JOIN ending e ON e.event = t.name
    WHERE t.seq > coalesce(t.last_found, 0)
    ORDER BY t.journey_id, t.name = 'patient.lost', t.seq
), latest AS (
    SELECT journey_id, stage, name,
        CASE WHEN name NOT IN ('hold.lifted') AND coalesce(held, 0) > coalesce(lifted, 0) THEN TRUE
        ELSE name IN ('hold.placed', 'identity.mismatched', 'conditioning.blocked',
            'administration.blocked', 'label.mismatched', 'identity.implicated', 'patient.deteriorated', 'recall.reached') END AS held
    FROM told WHERE newest
)
SELECT t.journey_id, 'event ' || t.seq || ', treatment.stopped: no dose was given before' AS what
FROM told t WHERE t.name = 'treatment.stopped' AND NOT EXISTS (SELECT FROM told d
    WHERE d.journey_id = t.journey_id AND d.name = 'dose.administered' AND d.seq < t.seq)
UNION ALL
SELECT s.journey_id, 'event ' || s.seq || ', ' || s.name || ' leading to ' || s.stage
    || ': not after ' || coalesce(nullif(s.before, ''), 'nothing')
FROM step s
JOIN journey j ON j.id = s.journey_id
LEFT JOIN legal l ON l.before IN (s.before, '*') AND l.before_stage = s.before_stage AND l.event = s.name
    AND l.stage = s.stage AND (l.pathways = '' OR j.pathway = ANY (string_to_array(l.pathways, ' ')))
WHERE l.event IS NULL
UNION ALL
SELECT journey_id, 'event ' || seq || ', ' || name || ': says another stage than the journey had'
FROM told WHERE aside AND (stage <> before_stage
    OR (name = 'toxicity.graded' AND stage NOT IN ('monitoring', 'follow_up')))
UNION ALL
SELECT journey_id, 'event ' || seq || ', ' || name || ': happened after the end'
FROM told WHERE ended > coalesce(found, 0) AND name !~ ('^(duty[.]|identity[.]implicated|recall|'
    || 'adverse_event|safety_measure|consent[.]withdrawn|patient[.](died|found))')
UNION ALL
SELECT journey_id, 'event ' || seq || ', ' || name || ': happened during a hold'
FROM told WHERE held > coalesce(lifted, 0)
    AND name !~ ('^(hold|deadline|duty|transit|material[.]expired|product[.]expired|follow_up[.](due|ended)|'
    || 'journey[.]withdrawn|identity[.]implicated|label[.]proposed|unit[.]relabelled|'
    || 'consent[.](withdrawn|renewed)|patient[.](died|deteriorated)|recall|adverse_event|safety_measure|'
    || 'treatment[.]stopped)')
UNION ALL
SELECT j.id, 'a product that needs conditioning went without, or one that needs none had it'
FROM journey j
JOIN jsonb_each(current_setting('atmpflow.products')::jsonb) AS p (code, spec) ON p.code = j.product
JOIN told t ON t.journey_id = j.id AND t.name = 'product.accepted'
WHERE (t.stage = 'conditioning') <> (p.spec ? 'conditioning')
UNION ALL
SELECT j.id, 'the journey''s row says another stage, hold or end than its ledger'
FROM journey j
LEFT JOIN latest l ON l.journey_id = j.id
LEFT JOIN finish e ON e.journey_id = j.id
WHERE (j.stage, j.ended, j.held_by IS NOT NULL) IS DISTINCT FROM (l.stage, e.ended, l.held)
UNION ALL
SELECT l.journey_id, 'event ' || l.seq || ', patient.lost: after ' || count(a.id) || ' attempts in '
    || count(DISTINCT a.payload ->> 'way') || ' ways'
FROM ledger l
LEFT JOIN ledger a ON a.journey_id = l.journey_id AND a.seq < l.seq AND a.name = 'contact.attempted'
    AND a.payload ->> 'outcome' <> 'reached'
    AND a.occurred_at > (l.payload ->> 'silent_since')::timestamptz
WHERE l.name = 'patient.lost'
GROUP BY l.journey_id, l.seq HAVING count(a.id) < 4 OR count(DISTINCT a.payload ->> 'way') < 3
