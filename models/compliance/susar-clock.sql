-- susar-clock: A SUSAR report is due within a day, or overdue
-- Regulation: SI 2004/1031 reg. 33, as amended by SI 2025/538 (7 and 15 days from awareness)
-- Severity: critical
-- Owner: pharmacovigilance
-- Remedy: Send the report to the MHRA and the ethics committee; then
--   `atmpflow record fulfil-duty`.
-- Cadence: hourly
-- Scope: journey
SELECT d.journey_id::text || '/' || d.name AS subject, d.journey_id, d.title || ': due at '
    || to_char(d.due_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI') AS found
FROM duty d
WHERE d.fulfilled_at IS NULL AND d.name ~ '^susar-' AND d.due_at < %(now)s + %(susar_warning)s
    AND LOOKED(d.journey_id)
-- Falls due:
SELECT journey_id FROM duty WHERE fulfilled_at IS NULL
    AND due_at >= %(since)s + %(susar_warning)s AND due_at < %(now)s + %(susar_warning)s
