-- account-left: Somebody has left and still holds an appointment
-- Regulation: 21 CFR 11.10(d) and 11.300(c); EU GMP Annex 11, 12.1; MHRA GXP data integrity
--   2018, 6.16
-- Severity: major
-- Owner: administrator
-- Remedy: End every appointment of the account (`atmpflow account`).
-- Cadence: daily
-- Scope: account
SELECT c.username AS subject, count(*) || ' appointments outlive the day on which the person left' AS found
FROM account c JOIN appointment a ON a.account_id = c.id
WHERE c.state = 'left' AND a.ended_at IS NULL AND a.valid_until > %(wall)s
GROUP BY c.username
