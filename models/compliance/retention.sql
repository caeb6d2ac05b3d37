-- retention: The time for which the link from donor to patient must be kept is over
-- Regulation: Reg. (EC) 1394/2007 Art. 15 (30 years after expiry); HTA Directions 002/2018; UK
--   GDPR Art. 5(1)(e)
-- Severity: minor
-- Owner: compliance-officer
-- Remedy: Decide what is still needed and have the identity erased (`atmpflow erase`); the
--   decision closes this.
-- Cadence: weekly
-- Scope: journey
SELECT u.journey_id::text AS subject, u.journey_id, 'the last unit expired on '
    || to_char(max(u.expires_at) AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS found
FROM unit u JOIN journey j ON j.id = u.journey_id
WHERE j.ended IS NOT NULL AND LOOKED(u.journey_id)
GROUP BY u.journey_id
HAVING max(u.expires_at) < %(now)s - %(retention)s
-- Falls due:
SELECT journey_id FROM unit
WHERE expires_at >= %(since)s - %(retention)s AND expires_at < %(now)s - %(retention)s
