-- outcomes: By product, stage and outcome
-- Says: Outcome is how a journey ended; open ones have none yet.
-- Of: summary
-- Empty: No journey.
-- Column: 22 Product = {product}
-- Column: 22 Stage = {stage}
-- Column: 20 Outcome = {outcome}
-- Column: 12 Journeys = {journeys}
-- Column: 12 On hold = {held}
-- Column: 12 With deviations = {with_deviations}
-- Column: 12 With open findings = {with_open_findings}
SELECT j.product, j.stage, coalesce(j.ended, 'open') AS outcome, count(*) AS journeys,
    count(*) FILTER (WHERE j.held_by IS NOT NULL) AS held,
    count(*) FILTER (WHERE EXISTS (SELECT FROM deviation d WHERE d.journey_id = j.id))
        AS with_deviations,
    count(*) FILTER (WHERE EXISTS (
        SELECT FROM finding f WHERE f.journey_id = j.id AND f.closed_at IS NULL))
        AS with_open_findings
FROM journey j WHERE j.id = ANY(%(journeys)s)
GROUP BY j.product, j.stage, outcome ORDER BY j.product, j.stage, outcome
