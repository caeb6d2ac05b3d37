-- sign-in-failed: Somebody failed again and again to prove who they are
-- Regulation: 21 CFR 11.300(d) (attempts at unauthorised use are reported at once); EU GMP
--   Annex 11, 12.1
-- Severity: critical
-- Owner: administrator
-- Remedy: Ask whoever has the account whether it was they. If not, lock it with `atmpflow account
--   lock` and give a new code with `atmpflow signing code`.
-- Cadence: hourly
-- Scope: account
SELECT DISTINCT ON (t.account) t.account AS subject, 'five failures in a row or more, the last at '
    || to_char(max(t.at) AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI') AS found
FROM (SELECT account, at, outcome, count(*) FILTER (WHERE outcome = 'ok')
        OVER (PARTITION BY account ORDER BY at) AS series
    FROM sign_in WHERE kept_at > %(wall)s - %(failures_within)s) AS t
WHERE t.outcome <> 'ok'
GROUP BY t.account, t.series
HAVING count(*) >= 5
ORDER BY t.account, max(t.at) DESC
