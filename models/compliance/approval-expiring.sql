-- approval-expiring: An approval of a trial with open journeys expires soon
-- Regulation: SI 2004/1031 reg. 27 (conditions of an authorisation); ICH E6(R3) 2.4
-- Severity: major
-- Owner: compliance-officer
-- Remedy: Send the renewal; put the new approval on record with `atmpflow standing approval`.
-- Cadence: daily
-- Scope: site
SELECT a.trial || '/' || a.kind AS subject, a.reference || ' ends on '
    || to_char(a.valid_until AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS found
FROM (SELECT DISTINCT ON (trial, kind, organisation) * FROM approval ORDER BY trial, kind, organisation, kept_at DESC) AS a
WHERE a.standing = 'granted' AND a.valid_until > %(now)s
    AND a.valid_until <= %(now)s + %(approval_expires_soon)s
    AND EXISTS (SELECT FROM journey j WHERE j.trial = a.trial AND j.ended IS NULL)
