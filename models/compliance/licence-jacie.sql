-- licence-jacie: A centre with open journeys has no JACIE accreditation, or one that ends soon
-- Regulation: FACT-JACIE standards, B1 (clinical programme) and D1 (processing); NHS England
--   CAR-T specification
-- Severity: major
-- Owner: compliance-officer
-- Remedy: Ask JACIE for the state of the renewal; put it on record with `atmpflow standing
--   licence`.
-- Cadence: weekly
-- Scope: site
SELECT o.site AS subject, coalesce(l.reference || ', ' || l.standing || ', ends on '
    || to_char(l.valid_until AT TIME ZONE 'UTC', 'YYYY-MM-DD'), 'no JACIE licence on record') AS found
FROM (SELECT c.ods_code AS site FROM organisation c
    WHERE EXISTS (SELECT FROM journey WHERE centre = c.ods_code AND ended IS NULL)) AS o
LEFT JOIN LATERAL (
    SELECT * FROM licence WHERE organisation = o.site AND kind = 'jacie' AND valid_from <= %(now)s
    ORDER BY kept_at DESC LIMIT 1) AS l ON TRUE
WHERE l.standing IS DISTINCT FROM 'granted' OR l.valid_until <= %(now)s + %(licence_expires_soon)s
