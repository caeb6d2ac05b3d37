-- delegations: Delegations
-- Says: To everybody who acted.
-- Of: accounts
-- Empty: Nothing was delegated to anybody who acted.
-- Column: 18 To = {account}
-- Column: 18 From = {given_by}
-- Column: 16 Role = {role}
-- Column: 14 Site, trial = {site}, {trial}
-- Column: 22 Valid (UTC) = {valid_from} to {valid_until}
-- Column: 12 Taken back = [{ended_at}: {end_reason}]
SELECT a.username AS account, g.username AS given_by, d.role, d.site, d.trial, d.valid_from,
    d.valid_until, d.signed_by, d.reason, d.ended_at, d.ended_by, d.end_reason
FROM delegation d JOIN account a ON a.id = d.to_id JOIN account g ON g.id = d.from_id
WHERE a.username = ANY(%(accounts)s) ORDER BY a.username, d.valid_from, d.id
