-- deviations: Deviations
-- Says: What was quarantined, by unit, and what was decided, by whom and why.
-- Of: journeys
-- Empty: No deviation.
-- Column: 22 Unit = {unit}, {leg}
-- Column: 16 Reasons = {reasons}
-- Column: 14 Opened (UTC) = {opened_at}
-- Column: 14 Due (UTC) = {due_at}
-- Column: 34 Decision = {state}[: {justification}; by {decided_by}, {decided_at}]
SELECT j.coi, d.seq, d.unit, d.leg, d.reasons, d.owner, d.opened_at, d.due_at,
    coalesce(d.decision, 'OPEN') AS state, d.justification, d.decided_by, d.decided_at
FROM deviation d JOIN journey j ON j.id = d.journey_id
WHERE d.journey_id = ANY(%(journeys)s) ORDER BY j.coi, d.seq, d.unit
