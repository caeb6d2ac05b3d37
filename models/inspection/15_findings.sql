-- findings: Findings of the compliance checks
-- Says: Open and closed ones, with how each was closed.
-- Of: journeys
-- Empty: No finding is or was held against it.
-- Column: 9 Severity = {severity}
-- Column: 17 Check = {check_id}
-- Column: 34 Found = {found}
-- Column: 13 Since (UTC) = {opened_at}
-- Column: 27 Closed = {state}[, {closed_at}][, by {decided_by}: {justification}]
SELECT j.coi, f.id AS finding, f.check_id, f.subject, f.severity, f.owner, f.found, f.opened_at,
    f.last_seen_at, f.escalated, coalesce(f.closed_how, 'OPEN') AS state, f.closed_at, f.decided_by,
    f.decided_role, f.justification, f.signature_id AS signature
FROM finding f JOIN journey j ON j.id = f.journey_id
WHERE f.journey_id = ANY(%(journeys)s) ORDER BY j.coi, f.opened_at, f.check_id, f.subject, f.id
