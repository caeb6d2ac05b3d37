-- thaw-window: A unit was thawed or prepared, and was neither given nor written off in time
-- Regulation: SmPC 6.3 and 6.6 of the product (use after thaw); EU GMP Part IV 11
-- Severity: critical
-- Owner: atmp-pharmacist
-- Remedy: Do not give it and do not freeze it again; record what became of it.
-- Cadence: hourly
-- Scope: unit
SELECT u.unit AS subject, u.journey_id, 'prepared at '
    || to_char(p.at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI') || ' and not given' AS found
FROM unit u
CROSS JOIN LATERAL (
    SELECT max(occurred_at) AS at FROM ledger l
    WHERE l.journey_id = u.journey_id AND l.name IN ('product.thawed', 'dose.prepared')) AS p
WHERE u.state = 'prepared' AND LOOKED(u.journey_id) AND p.at < %(now)s - %(prepared_longest)s
-- Falls due:
SELECT journey_id FROM unit WHERE state = 'prepared'
