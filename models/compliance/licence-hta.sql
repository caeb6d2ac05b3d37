-- licence-hta: A centre with open journeys has no HTA licence, or one that ends soon
-- Regulation: Human Tissue (Quality and Safety for Human Application) Regulations 2007 reg. 7;
--   Human Tissue Act 2004 s. 16
-- Severity: critical
-- Owner: compliance-officer
-- Remedy: Collect nothing there without a licence; put the new one on record with `atmpflow
--   standing licence`.
-- Cadence: daily
-- Scope: site
SELECT o.site AS subject, coalesce(l.reference || ', ' || l.standing || ', ends on '
    || to_char(l.valid_until AT TIME ZONE 'UTC', 'YYYY-MM-DD'), 'no HTA licence on record') AS found
FROM (SELECT c.ods_code AS site FROM organisation c
    WHERE EXISTS (SELECT FROM journey WHERE centre = c.ods_code AND ended IS NULL)) AS o
LEFT JOIN LATERAL (
    SELECT * FROM licence WHERE organisation = o.site AND kind = 'hta' AND valid_from <= %(now)s
    ORDER BY kept_at DESC LIMIT 1) AS l ON TRUE
WHERE l.standing IS DISTINCT FROM 'granted' OR l.valid_until <= %(now)s + %(licence_expires_soon)s
