-- product-expiring: A product expires soon and was not given
-- Regulation: EU GMP Part IV 7 (starting materials) and 13 (shelf life); SmPC 6.3 of the
--   product
-- Severity: major
-- Owner: atmp-pharmacist
-- Remedy: Bring the day of administration forward, or ask the manufacturer about the shelf
--   life.
-- Cadence: daily
-- Scope: unit
SELECT u.unit AS subject, u.journey_id, 'expires at '
    || to_char(u.expires_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI') AS found
FROM unit u
WHERE u.kind = 'product' AND u.state IN ('made', 'released', 'on-site') AND LOOKED(u.journey_id)
    AND u.expires_at >= %(now)s AND u.expires_at < %(now)s + %(product_expires_soon)s
-- Falls due:
SELECT journey_id FROM unit
WHERE expires_at >= %(since)s + %(product_expires_soon)s AND expires_at < %(now)s + %(product_expires_soon)s
