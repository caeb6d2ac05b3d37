-- backup-age: The newest backup is too old
-- Regulation: EU GMP Annex 11, 7.2; 21 CFR 11.10(c)
-- Severity: critical
-- Owner: administrator
-- Remedy: Run `atmpflow backup` now, and see why the scheduled one did not.
-- Cadence: hourly
-- Scope: system
SELECT 'backup' AS subject, 'the newest was made at '
    || coalesce(to_char(max(made_at) AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI'), 'no time on record') AS found
FROM backup_made
HAVING coalesce(max(made_at), '-infinity') < %(wall)s - %(backup_longest)s
