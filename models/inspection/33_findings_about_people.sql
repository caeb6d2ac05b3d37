-- findings_about_people: Findings about people and sites
-- Says: Held against an account that acted, or an organisation that took part.
-- Of: accounts
-- Empty: No finding is or was held against anybody who acted, nor against their sites.
-- Column: 9 Severity = {severity}
-- Column: 19 Check = {check_id}
-- Column: 22 About = {subject}
-- Column: 26 Found = {found}
-- Column: 24 Closed = {state}[, {closed_at}][, by {decided_by}: {justification}]
SELECT f.id AS finding, f.check_id, f.subject, f.severity, f.owner, f.found, f.opened_at,
    coalesce(f.closed_how, 'OPEN') AS state, f.closed_at, f.decided_by, f.justification
FROM finding f
WHERE f.journey_id IS NULL
    AND (split_part(f.subject, '/', 1) = ANY(%(accounts)s) OR f.subject = ANY(%(sites)s))
ORDER BY f.opened_at, f.check_id, f.subject, f.id
