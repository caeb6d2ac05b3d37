-- approval-mhra: A trial with open journeys has no approval of the MHRA in force
-- Regulation: SI 2004/1031 reg. 17 to 20 (clinical trial authorisation), as amended by SI
--   2025/538
-- Severity: critical
-- Owner: compliance-officer
-- Remedy: Stop new patients; find the approval and put it on record with `atmpflow standing
--   approval`.
-- Cadence: daily
-- Scope: site
SELECT o.trial AS subject, 'no mhra approval is in force; the newest on record is '
    || coalesce(a.reference || ', ' || a.standing || ' until ' || to_char(a.valid_until AT TIME ZONE 'UTC', 'YYYY-MM-DD'), 'none') AS found
FROM (SELECT DISTINCT trial FROM journey WHERE ended IS NULL AND trial IS NOT NULL) AS o
LEFT JOIN LATERAL (
    SELECT * FROM approval WHERE trial = o.trial AND kind = 'mhra' AND valid_from <= %(now)s
    ORDER BY kept_at DESC LIMIT 1) AS a ON TRUE
WHERE a.standing IS DISTINCT FROM 'granted' OR a.valid_until <= %(now)s
