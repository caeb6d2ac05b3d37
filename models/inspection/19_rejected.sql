-- rejected: Rejected commands
-- Says: What was asked and refused; none of it changed anything. What was typed is not here.
-- Of: journeys
-- Empty: Nothing was refused.
-- Column: 14 At (UTC) = {received_at}
-- Column: 20 Command = {command}
-- Column: 22 By = {actor}, {role}
-- Column: 16 Code = {code}[, {field}]
-- Column: 28 What was said = {message}
SELECT j.coi, c.received_at, c.name AS command, c.actor, c.role, c.code, c.field, c.message,
    c.remedy, c.id AS command_number
FROM command c JOIN journey j ON j.id = c.journey_id
WHERE c.journey_id = ANY(%(journeys)s) AND c.outcome = 'rejected'
ORDER BY j.coi, c.received_at, c.id
