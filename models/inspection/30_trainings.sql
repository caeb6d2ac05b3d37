-- trainings: Training on record
-- Says: Of everybody who acted, for the products of these journeys.
-- Of: accounts
-- Empty: No training is on record for anybody who acted.
-- Column: 24 Account = {account}
-- Column: 14 Product = {product}
-- Column: 22 Certificate = {kind} {certificate}
-- Column: 26 Valid (UTC) = {completed_at} to {expires_at}
-- Column: 14 Taken back = [{ended_at}: {end_reason}]
SELECT a.username AS account, t.product, t.kind, t.certificate, t.completed_at, t.expires_at,
    t.recorded_by, t.ended_at, t.ended_by, t.end_reason
FROM training t JOIN account a ON a.id = t.account_id
WHERE a.username = ANY(%(accounts)s) AND t.product = ANY(%(products)s)
ORDER BY a.username, t.product, t.completed_at, t.id
