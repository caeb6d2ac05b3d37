-- expired-unheld: A unit has expired and its journey goes on without a hold
-- Regulation: EU GMP Part IV 13; EU GDP 2013/C 343/01, 5.4 (expired products are set apart)
-- Severity: critical
-- Owner: atmp-pharmacist
-- Remedy: Place a hold, set the unit apart, and decide whether to make, order or collect again.
-- Cadence: hourly
-- Scope: unit
SELECT u.unit AS subject, u.journey_id, 'expired at '
    || to_char(u.expires_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI') AS found
FROM unit u JOIN journey j ON j.id = u.journey_id
WHERE u.expires_at < %(now)s AND u.state IN ('collected', 'accepted', 'made', 'released', 'on-site', 'prepared') AND LOOKED(u.journey_id)
    AND j.ended IS NULL AND j.held_by IS NULL
-- Falls due:
SELECT journey_id FROM unit WHERE expires_at >= %(since)s AND expires_at < %(now)s
