-- appointments: Appointments
-- Says: Of everybody who acted, in the roles in which they did; * is every site, trial or product.
-- Of: accounts
-- Empty: Nobody who acted was appointed.
-- Column: 22 Account = {account}
-- Column: 17 Role = {role}
-- Column: 17 Site, trial, product = {site}, {trial}, {product}
-- Column: 24 Valid (UTC) = {valid_from} to {valid_until}
-- Column: 20 Granted by = {granted_by}[; taken back {ended_at}: {end_reason}]
SELECT a.username AS account, p.role, p.site, p.trial, p.product, p.valid_from, p.valid_until,
    p.granted_by, p.reason, p.ended_at, p.ended_by, p.end_reason
FROM appointment p JOIN account a ON a.id = p.account_id
WHERE (a.username, p.role) IN (SELECT * FROM unnest(%(who)s::text[], %(as_what)s::text[]))
ORDER BY a.username, p.role, p.valid_from, p.id
