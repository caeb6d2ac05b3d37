-- calibration-expiring: A device is due for calibration soon, or is overdue
-- Regulation: EU GDP 2013/C 343/01, 3.3 (calibration at defined intervals); EU GMP Part I 3.41
-- Severity: minor
-- Owner: cell-laboratory
-- Remedy: Send it for calibration, or take it out of use; put the certificate on record with
--   `atmpflow standing calibration`.
-- Cadence: weekly
-- Scope: system
SELECT c.kind || ' ' || c.device AS subject, 'due on '
    || to_char(max(c.due_at) AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS found
FROM calibration c
GROUP BY c.kind, c.device
HAVING max(c.due_at) < %(now)s + %(calibration_expires_soon)s
