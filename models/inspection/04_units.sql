-- units: Starting material and product
-- Says: Each container belongs to one patient for ever.
-- Of: journeys
-- Empty: Nothing was collected, made or supplied.
-- Column: 28 Unit = {unit}
-- Column: 12 What = {kind}
-- Column: 22 Made of = {parent}
-- Column: 16 Batch = {batch}
-- Column: 14 State = {state}
-- Column: 16 Expires (UTC) = {expires_at}
SELECT j.coi, u.unit, u.kind, u.parent, u.batch, u.state, u.expires_at, u.recorded_at
FROM unit u JOIN journey j ON j.id = u.journey_id
WHERE u.journey_id = ANY(%(journeys)s) ORDER BY j.coi, u.kind, u.unit
