-- 16 complete trail
-- Source: 21 CFR 11.10(e) and (g); EU GMP Annex 11, 9 and 12; MHRA GxP data integrity 2018, 6.13
-- Proves: every version of a journey is one event, with the actor and role of the command it came
--   from and a time that is not ahead of its recording; each event was caused by a role whose it
--   is; the engine's account acts as the engine only, and nobody else does. No value of a journey
--   is corrected in place; each change of an account says old, new, who and why, and follows on
--   the one before.
WITH allowed (event, roles) AS (VALUES
    ('referral.received', '{referrer,coordinator}'::text[]),
    ('screening.recorded', '{coordinator,treating-physician}'),
    ('eligibility.confirmed', '{treating-physician}'),
    ('eligibility.declined', '{treating-physician}'), ('panel.submitted', '{system,coordinator}'),
    ('panel.approved', '{panel,coordinator}'), ('panel.declined', '{panel,coordinator}'),
    ('consent.given', '{treating-physician}'), ('slots.booked', '{system,coordinator}'),
    ('slot.confirmed', '{manufacturer}'), ('order.placed', '{system,atmp-pharmacist}'),
    ('order.confirmed', '{manufacturer}'), ('unit.allocated', '{system,coordinator}'),
    ('allocation.confirmed', '{treating-physician}'), ('collection.completed', '{apheresis-nurse}'),
    ('material.tested', '{cell-laboratory}'), ('courier.booked', '{system,coordinator}'),
    ('shipment.packed', '{cell-laboratory,manufacturer}'), ('shipment.collected', '{courier}'),
    ('shipment.delivered', '{courier}'), ('shipment.received', '{manufacturer,atmp-pharmacist}'),
    ('temperature.logged', '{courier,manufacturer,atmp-pharmacist}'),
    ('deviation.accepted', '{qualified-person}'), ('deviation.rejected', '{qualified-person}'),
    ('product.accepted', '{atmp-pharmacist}'), ('manufacture.started', '{manufacturer}'),
    ('manufacture.failed', '{manufacturer}'), ('remake.ordered', '{treating-physician}'),
    ('manufacture.given_up', '{treating-physician}'), ('product.given_up', '{treating-physician}'),
    ('risk.evaluated', '{manufacturer}'), ('oos_product.requested', '{treating-physician}'),
    ('oos_product.supplied', '{courier}'),
    ('product.damaged', '{cell-laboratory,atmp-pharmacist,treating-physician}'),
    ('dose.lost', '{cell-laboratory,atmp-pharmacist,treating-physician}'),
    ('manufacture.completed', '{manufacturer}'), ('quality.results_recorded', '{quality-control}'),
    ('batch.certified', '{qualified-person}'), ('batch.rejected', '{qualified-person}'),
    ('conditioning.started', '{treating-physician}'),
    ('conditioning.completed', '{treating-physician}'), ('dose.prescribed', '{treating-physician}'),
    ('identity.checked', '{bedside-checker}'), ('identity.mismatched', '{bedside-checker}'),
    ('identity.confirmed_before_preparation', '{bedside-checker}'),
    ('identity.confirmed_before_administration', '{bedside-checker}'),
    ('product.thawed', '{cell-laboratory,atmp-pharmacist}'),
    ('dose.prepared', '{cell-laboratory,atmp-pharmacist}'),
    ('dose.administered', '{treating-physician}'), ('treatment.completed', '{treating-physician}'),
    ('toxicity.graded', '{treating-physician}'), ('monitoring.completed', '{treating-physician}'),
    ('follow_up.recorded', '{treating-physician,coordinator}'),
    ('journey.completed', '{treating-physician,coordinator}'),
    ('patient.died', '{treating-physician,coordinator,apheresis-nurse}'),
    ('fitness.assessed', '{treating-physician}'), ('patient.deteriorated', '{treating-physician}'),
    ('consent.withdrawn', '{referrer,coordinator,treating-physician,apheresis-nurse,
        atmp-pharmacist,bedside-checker,compliance-officer}'),
    ('treatment.stopped', '{referrer,coordinator,treating-physician,apheresis-nurse,
        atmp-pharmacist,bedside-checker,compliance-officer}'),
    ('follow_up.ended', '{system,referrer,coordinator,treating-physician,
        apheresis-nurse,atmp-pharmacist,bedside-checker,compliance-officer}'),
    ('consent.renewed', '{treating-physician}'),
    ('label.mismatched', '{apheresis-nurse,cell-laboratory,manufacturer,atmp-pharmacist,
        treating-physician}'),
    ('label.proposed', '{apheresis-nurse,cell-laboratory,manufacturer,atmp-pharmacist,
        compliance-officer}'),
    ('unit.relabelled', '{apheresis-nurse,cell-laboratory,manufacturer,atmp-pharmacist,
        compliance-officer}'),
    ('adverse_event.reported', '{treating-physician,apheresis-nurse,coordinator,
        pharmacovigilance}'),
    ('adverse_event.followed_up', '{treating-physician,apheresis-nurse,coordinator,
        pharmacovigilance}'),
    ('safety_measure.taken', '{treating-physician,pharmacovigilance}'),
    ('contact.attempted', '{coordinator,treating-physician,apheresis-nurse}'),
    ('patient.lost', '{treating-physician}'),
    ('patient.found', '{coordinator,treating-physician,apheresis-nurse}'),
    ('hold.placed', '{system,pharmacovigilance,referrer,coordinator,treating-physician,
        apheresis-nurse,cell-laboratory,manufacturer,quality-control,qualified-person,
        atmp-pharmacist,bedside-checker,compliance-officer}'),
    ('hold.lift_agreed', '{treating-physician,atmp-pharmacist,qualified-person,
        compliance-officer}'),
    ('hold.lifted', '{treating-physician,atmp-pharmacist,qualified-person,compliance-officer}'),
    ('collection.failed', '{apheresis-nurse}'),
    ('recollection.ordered', '{coordinator,treating-physician}'),
    ('replacement.ordered', '{coordinator,treating-physician,atmp-pharmacist}'),
    ('supply.given_up', '{treating-physician}'),
    ('courier.changed', '{coordinator,courier,manufacturer}'),
    ('slots.moved', '{coordinator,manufacturer}'),
    ('journey.withdrawn', '{referrer,coordinator,treating-physician,apheresis-nurse,
        atmp-pharmacist,bedside-checker,compliance-officer}'),
    ('duty.fulfilled', '{pharmacovigilance,referrer,coordinator,panel,
        treating-physician,apheresis-nurse,cell-laboratory,courier,manufacturer,
        quality-control,qualified-person,atmp-pharmacist,bedside-checker,
        compliance-officer}')
)
SELECT j.id AS journey_id, 'version ' || j.version || ' has ' || count(l.seq) || ' events' AS what
FROM journey j LEFT JOIN ledger l ON l.journey_id = j.id
GROUP BY j.id, j.version HAVING count(l.seq) <> j.version
UNION ALL
SELECT l.journey_id, 'event ' || l.seq || ', ' || l.name || ': another ' || why.against
    || ' than its command has'
FROM ledger l
LEFT JOIN command c ON c.id = l.command_id
-- One value for each event, where VALUES would be rows made for each.
CROSS JOIN LATERAL (SELECT concat_ws(' and another ',
    CASE WHEN c.actor = l.actor THEN NULL ELSE 'actor' END,
    CASE WHEN c.role = l.role THEN NULL ELSE 'role' END,
    CASE WHEN (c.payload ->> 'occurred_at')::timestamptz = l.occurred_at THEN NULL ELSE 'time' END,
    CASE WHEN c.received_at = l.recorded_at THEN NULL ELSE 'time of recording' END
)) AS why (against)
WHERE why.against <> ''
UNION ALL
SELECT l.journey_id, 'event ' || l.seq || ', ' || l.name || ': caused by ' || coalesce(nullif(l.role, ''), 'nobody')
FROM ledger l LEFT JOIN allowed a ON a.event = l.name
-- What is in no row of the table is the engine's alone.
WHERE (l.role = ANY (coalesce(a.roles, '{system}'))) IS NOT TRUE
UNION ALL
SELECT l.journey_id, 'event ' || l.seq || ', ' || l.name || ': a shared or empty account'
FROM ledger l
WHERE btrim(l.actor) = '' OR (l.actor = 'atmpflow') <> (l.role = 'system')
UNION ALL
SELECT journey_id, 'event ' || seq || ', ' || name || ': happened after it was recorded'
FROM ledger WHERE occurred_at > recorded_at + interval '5 minutes'
UNION ALL
SELECT d.journey_id, 'duty ' || d.name || ': ' || why.against
FROM duty d
LEFT JOIN ledger l ON l.journey_id = d.journey_id AND l.name = 'duty.fulfilled'
    AND l.payload ->> 'duty' = d.name
CROSS JOIN LATERAL (VALUES
    ('fulfilled by another role than its owner', l.id IS NULL OR l.role = d.owner),
    ('its row says another person or time than its event',
        (d.fulfilled_by, d.fulfilled_at) IS NOT DISTINCT FROM (l.actor, l.occurred_at))
) AS why (against, passes)
WHERE why.passes IS NOT TRUE
UNION ALL
SELECT NULL, 'account ' || c.account_id || ', change of its ' || c.field || ': ' || why.against
FROM (
    SELECT *, lag(new) OVER along AS before, lag(id) OVER along AS follows,
        lead(id) OVER along IS NULL AS newest
    FROM account_change WINDOW along AS (PARTITION BY account_id, field ORDER BY changed_at, kept_at)
) c
JOIN account a ON a.id = c.account_id
CROSS JOIN LATERAL (VALUES
    ('it does not follow on the one before', c.follows IS NULL OR c.old IS NOT DISTINCT FROM c.before),
    ('the account says otherwise now', NOT c.newest OR c.new IS NOT DISTINCT FROM CASE c.field
        WHEN 'state' THEN a.state WHEN 'printed_name' THEN a.printed_name
        WHEN 'organisation' THEN a.organisation WHEN 'email' THEN a.email END),
    ('it gives no reason, or changes nothing', btrim(c.reason) <> '' AND btrim(c.changed_by) <> ''
        AND c.old IS DISTINCT FROM c.new)
) AS why (against, passes)
WHERE why.passes IS NOT TRUE
UNION ALL
SELECT NULL, 'account ' || a.id || ' is ' || a.state || ' and nobody is on record as having changed it'
FROM account a
-- Who had asked before there were accounts was enrolled as having left.
WHERE a.state <> 'active' AND NOT (a.state = 'left' AND a.printed_name = 'unknown' AND a.created_by = 'atmpflow')
    AND NOT EXISTS (SELECT FROM account_change c WHERE c.account_id = a.id AND c.field = 'state')
