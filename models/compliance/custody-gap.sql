-- custody-gap: Nobody holds a unit that is still to be used
-- Regulation: Reg. (EC) 1394/2007 Art. 15; EU GDP 2013/C 343/01, 9 (custody in transport);
--   JACIE/FACT (chain of custody)
-- Severity: critical
-- Owner: coordinator
-- Remedy: Find the unit: ask whoever held it last; record the hand-over that is missing.
-- Cadence: hourly
-- Scope: unit
SELECT u.unit AS subject, u.journey_id, 'nobody has held it since '
    || coalesce(to_char(max(c.ends_at) AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI'), 'it began') AS found
FROM unit u LEFT JOIN custody c ON c.unit = u.unit
WHERE u.state IN ('collected', 'accepted', 'made', 'released', 'on-site', 'prepared') AND LOOKED(u.journey_id)
GROUP BY u.unit, u.journey_id
HAVING count(*) FILTER (WHERE c.unit IS NOT NULL AND c.ends_at IS NULL) = 0
