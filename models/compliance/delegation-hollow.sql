-- delegation-hollow: A role is delegated by somebody who does not hold it any more
-- Regulation: ICH E6(R3) 2.3 (delegation); EU GMP Annex 11, 12
-- Severity: minor
-- Owner: administrator
-- Remedy: Take the delegation back, or have it given by somebody who holds the role.
-- Cadence: weekly
-- Scope: account
SELECT g.username || '/' || d.id AS subject, 'delegates ' || d.role || ' without holding it' AS found
FROM delegation d JOIN account g ON g.id = d.from_id
WHERE d.ended_at IS NULL AND d.valid_from <= %(wall)s AND d.valid_until > %(wall)s
    AND NOT EXISTS (SELECT FROM appointment a WHERE a.account_id = d.from_id AND a.role = d.role
        AND a.ended_at IS NULL AND a.valid_from <= %(wall)s AND a.valid_until > %(wall)s)
