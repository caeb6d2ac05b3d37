-- periodic-report: A trial's annual safety report is due and was not sent
-- Regulation: SI 2004/1031 reg. 35 (annual safety report); ICH E2F (DSUR: 1 year, 60 days to
--   send)
-- Severity: major
-- Owner: pharmacovigilance
-- Remedy: Send the report; put it on record with `atmpflow standing report`.
-- Cadence: weekly
-- Scope: site
SELECT a.trial AS subject, 'the report on the year to ' || (a.covered + %(report_covers)s)::date || ' was not sent' AS found
FROM (
    SELECT p.trial, coalesce(max(r.covers_until)::timestamptz, min(p.valid_from)) AS covered
    FROM approval p LEFT JOIN periodic_report r ON r.trial = p.trial AND r.kind = 'dsur'
    WHERE p.kind = 'mhra' AND p.standing = 'granted'
    GROUP BY p.trial) AS a
WHERE a.covered + %(report_covers)s + %(report_sent_within)s < %(now)s
    AND EXISTS (SELECT FROM journey j WHERE j.trial = a.trial AND j.ended IS NULL)
