-- recall-open: A recall is not closed within the time of its class
-- Regulation: MHRA guide to defective medicinal products (class 1 to 4); EU GMP Part I 8; EU
--   GDP 2013/C 343/01, 6.5
-- Severity: critical
-- Owner: compliance-officer
-- Remedy: Ask whoever has not replied (`atmpflow recalls`); close it with its report.
-- Cadence: hourly
-- Scope: system
SELECT r.id::text AS subject, r.kind || ' ' || r.lot || ', class ' || r.recall_class || ', since '
    || to_char(r.recalled_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI') AS found
FROM recall r
WHERE NOT EXISTS (SELECT FROM recall_closing c WHERE c.recall_id = r.id)
    AND r.recalled_at + (%(recall_closed_within)s::interval[])[r.recall_class] < %(now)s
