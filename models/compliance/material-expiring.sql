-- material-expiring: Starting material expires soon and manufacture has not begun
-- Regulation: EU GMP Part IV 7 (starting materials) and 13 (shelf life); SmPC 6.3 of the
--   product
-- Severity: major
-- Owner: manufacturer
-- Remedy: Start manufacture, or freeze the material, before it expires; otherwise plan a second
--   collection now.
-- Cadence: hourly
-- Scope: unit
SELECT u.unit AS subject, u.journey_id, 'expires at '
    || to_char(u.expires_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI') AS found
FROM unit u
WHERE u.kind = 'material' AND u.state IN ('collected', 'accepted') AND LOOKED(u.journey_id)
    AND u.expires_at >= %(now)s AND u.expires_at < %(now)s + %(material_expires_soon)s
-- Falls due:
SELECT journey_id FROM unit
WHERE expires_at >= %(since)s + %(material_expires_soon)s AND expires_at < %(now)s + %(material_expires_soon)s
