-- stock-expiring: A unit on the shelf expires soon and is no patient's
-- Regulation: EU GDP 2013/C 343/01, 5.4 (stock rotation); SmPC 6.3 of the product
-- Severity: minor
-- Owner: atmp-pharmacist
-- Remedy: Offer the unit to the other centres, or order a replacement.
-- Cadence: weekly
-- Scope: system
SELECT s.unit AS subject, 'expires on ' || to_char(s.expires_at AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS found
FROM stock_unit s
WHERE s.expires_at < %(now)s + %(stock_expires_soon)s
    AND NOT EXISTS (SELECT FROM unit u WHERE u.unit = s.unit)
