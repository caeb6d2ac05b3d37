-- signature-void: A signature became void and the journey goes on without a hold
-- Regulation: 21 CFR 11.70 (linked to the record); EU GMP Annex 11, 14
-- Severity: critical
-- Owner: compliance-officer
-- Remedy: Place a hold; have what was changed reviewed and signed again.
-- Cadence: hourly
-- Scope: journey
SELECT v.signature_id::text AS subject, u.journey_id, 'void since '
    || to_char(v.found_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI') AS found
FROM signature_void v
JOIN signature_use u ON u.signature_id = v.signature_id
JOIN journey j ON j.id = u.journey_id
WHERE j.ended IS NULL AND j.held_by IS NULL AND LOOKED(u.journey_id)
