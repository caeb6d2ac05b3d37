-- licence-mia: A manufacturer of open journeys has no manufacturing licence, or one that ends soon
-- Regulation: Human Medicines Regulations 2012 reg. 17 (manufacturing); SI 2004/1031 reg. 36
--   (MIA(IMP))
-- Severity: critical
-- Owner: compliance-officer
-- Remedy: Send no material there without a licence; put the new one on record with `atmpflow
--   standing licence`.
-- Cadence: daily
-- Scope: site
SELECT o.site AS subject, coalesce(l.reference || ', ' || l.standing || ', ends on '
    || to_char(l.valid_until AT TIME ZONE 'UTC', 'YYYY-MM-DD'), 'no MIA licence on record') AS found
FROM (SELECT coalesce(m.ods_code, r.name) AS site
    FROM (SELECT DISTINCT s.receiver AS name FROM shipment s JOIN journey j ON j.id = s.journey_id
        WHERE s.leg = 'outbound' AND j.ended IS NULL) AS r
    LEFT JOIN organisation m ON m.kind = 'manufacturer' AND starts_with(r.name, m.name)) AS o
LEFT JOIN LATERAL (
    SELECT * FROM licence WHERE organisation = o.site AND kind = 'mia' AND valid_from <= %(now)s
    ORDER BY kept_at DESC LIMIT 1) AS l ON TRUE
WHERE l.standing IS DISTINCT FROM 'granted' OR l.valid_until <= %(now)s + %(licence_expires_soon)s
