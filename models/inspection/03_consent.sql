-- consent: Consent
-- Says: Each scope, withdrawable on its own.
-- Of: journeys
-- Empty: No consent is on record.
-- Column: 40 Scope = {scope}
-- Column: 30 Given (UTC) = {given_at}
-- Column: 30 Withdrawn (UTC) = {withdrawn_at}
SELECT j.coi, c.scope, c.given_at, c.withdrawn_at
FROM consent c JOIN journey j ON j.id = c.journey_id
WHERE c.journey_id = ANY(%(journeys)s) ORDER BY j.coi, c.scope
